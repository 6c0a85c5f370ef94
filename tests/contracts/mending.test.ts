import { expect, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import trackDrift from '../../functions/ledger/track-drift/function.ts';
import { driftFound } from '../../shared/events/coherence.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { balanceFrom, balancesOf } from '../../shared/store/balances.ts';
import { aFact, aMessage, anEnv } from '../../shared/testing/builders.ts';
import { inMemory, overRest } from './places.ts';

const EVENTS = 500;
const AT_ONCE = 40;

test.each([
  ['in memory', inMemory],
  ['over REST', overRest],
])(
  'a balance changed by hand among 500 commits is mended exactly and once, %s',
  async (_, open) => {
    const { platform, listen } = open();
    await listen('transactions');
    const env = anEnv({ platform, now: () => new Date() });
    const record = recordTransaction.start(env, { BALANCE_SHARDS: 1 });
    const track = trackDrift.start(env, {});
    const facts = Array.from({ length: EVENTS }, (_, n) =>
      aFact('transaction.booked', {
        ...{ id: `fact-${n}`, transactionId: `transfer-${n}`, direction: 'credit' },
        amountMinor: BigInt(n + 1),
      }),
    );
    let done = 0;
    const deliver = async () => {
      for (let fact = facts.pop(); fact; fact = facts.pop()) {
        await record(fact);
        done += 1;
      }
    };
    const recording = Promise.all(Array.from({ length: AT_ONCE }, deliver));
    await until(() => done > EVENTS / 4);
    await changeByHand(platform, 12_345n);
    // Found by two comparisons at once, and each of them told twice.
    const found = ['a', 'b'].map((name, n) => wrongSum(name, new Date(Date.now() + n)));
    await Promise.all([...found, ...found].map(track));
    await recording;

    const { booked } = balanceFrom(await platform.query(balancesOf('acct-1')), 'DKK');
    expect(booked).toBe(125_250n); // 1 + 2 + ... + 500
    const drifts = await platform.query({ collection: 'drift' });
    expect(drifts.map(({ fields }) => fields?.cause)).toEqual(['wrong-sum']);
  },
  120_000,
);

/** As somebody with a console would, behind everybody's back. */
async function changeByHand(platform: Platform, byMinor: bigint): Promise<void> {
  await platform.commit([
    { do: 'create', path: 'things/by-hand', fields: { at: 'now' } },
    { do: 'increment', path: 'accounts/acct-1/balances/0', by: { DKK: { booked: byMinor } } },
  ]);
}

function wrongSum(id: string, at: Date) {
  const finding = {
    ...({ cause: 'wrong-sum', entry: '', amountMinor: -12_345n, currency: 'DKK' } as const),
    evidence: {},
  };
  const data = { bank: 'sandbox', accountId: 'acct-1', foundAt: at.toISOString(), finding };
  return aMessage([driftFound], { type: driftFound.type, subject: 'acct-1', id: `found-${id}`, data });
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((wake) => setTimeout(wake, 1));
}
