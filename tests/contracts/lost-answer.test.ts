import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { startFaultProxy } from '../../local/fault-proxy.ts';
import { googlePlatform } from '../../shared/platform/google.ts';
import { googleRestPlatform } from '../../shared/platform/google-rest.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { balanceFrom, balancesOf } from '../../shared/store/balances.ts';
import { aFact, anEnv } from '../../shared/testing/builders.ts';

/** One of our transports, its Firestore behind a proxy that can lose answers, its topics in memory. */
async function aPlatformBehindAProxy(open: typeof googlePlatform) {
  const variables = inject('emulators');
  const proxy = await startFaultProxy(variables.FIRESTORE_EMULATOR_HOST ?? '');
  Object.assign(process.env, variables, { FIRESTORE_EMULATOR_HOST: proxy.address });
  const google = open({ projectId: `demo-${randomBytes(6).toString('hex')}` });
  const published: string[] = [];
  let commits = 0;
  const platform: Platform = {
    ...google,
    async commit(writes) {
      commits += 1;
      proxy.cutAnswers(1);
      return google.commit(writes);
    },
    async publish(_topic, messages) {
      published.push(...messages.map(({ data }) => JSON.parse(Buffer.from(data).toString()).id));
    },
  };
  return { platform, proxy, published, commits: () => commits };
}

test.each([
  ['Google’s clients', googlePlatform],
  ['REST', googleRestPlatform],
])('a commit by %s whose answer is cut off took effect once, and is known to have', async (_, open) => {
  const { platform, proxy, published, commits } = await aPlatformBehindAProxy(open);
  const receive = recordTransaction.start(anEnv({ platform }), { BALANCE_SHARDS: 1 });
  const fact = aFact('transaction.booked', { amountMinor: 12_345n, direction: 'credit' });
  try {
    await receive(fact);
    expect(proxy.counts().answersCut).toBe(1);
    // The client tried again by itself and was told that the inbox exists; only the inbox knows whose it is.
    expect(commits()).toBe(1);
    expect(published).toHaveLength(1);

    await receive(fact); // and what Pub/Sub would deliver again changes nothing
    expect(new Set(published).size).toBe(1);
    const balance = balanceFrom(await platform.query(balancesOf('acct-1')), 'DKK');
    expect(balance).toMatchObject({ booked: 12_345n, held: 0n });
  } finally {
    await proxy.close();
  }
});
