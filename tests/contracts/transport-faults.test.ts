import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { idFrom } from '../../shared/events/id.ts';
import { googleRestPlatform } from '../../shared/platform/google-rest.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import { balanceFrom, balancesOf } from '../../shared/store/balances.ts';
import { aFact, anEnv, eventIn } from '../../shared/testing/builders.ts';
import { type Fault, faults, startFront } from './front.ts';
import { onEmulators } from './places.ts';

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const EVENTS = 120;
const ACCOUNTS = 4;
const AT_ONCE = 12;
const DELIVERIES_MAX = 100;
const FAULT_ONE_IN = 4;

test(`whatever befalls calls over REST, nothing is lost and nothing is twice (COUNTERFOIL_TEST_SEED=${seed})`, async () => {
  const { random } = memoryCloud({ seed });
  let isCalm = false;
  const befalls = (): Fault | undefined =>
    isCalm || random(FAULT_ONE_IN) > 0 ? undefined : faults[random(faults.length)];
  const { FIRESTORE_EMULATOR_HOST = '', PUBSUB_EMULATOR_HOST = '', ...others } = inject('emulators');
  const firestore = await startFront(FIRESTORE_EMULATOR_HOST, befalls);
  const pubsub = await startFront(PUBSUB_EMULATOR_HOST, befalls);
  const projectId = `demo-${randomBytes(6).toString('hex')}`;
  const { listen } = onEmulators(googleRestPlatform, projectId);
  const take = await listen('transactions');
  const variables = {
    ...others,
    FIRESTORE_EMULATOR_HOST: firestore.address,
    PUBSUB_EMULATOR_HOST: pubsub.address,
  };
  const platform = googleRestPlatform({ projectId, variables, callSeconds: 2 });
  const receive = recordTransaction.start(anEnv({ platform }), { BALANCE_SHARDS: 1 });

  const facts = Array.from({ length: EVENTS }, (_, n) => {
    const amountMinor = BigInt(n + 1);
    const accountId = `acct-${n % ACCOUNTS}`;
    const names = { id: `fact-${n}`, transactionId: `transfer-${n}`, accountId };
    return aFact('transaction.booked', { ...names, amountMinor, direction: 'credit' });
  });
  try {
    const waiting = facts.map((fact) => ({ fact, deliveries: 0 }));
    const deliver = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { fact, deliveries } = next;
        const failed = await receive(fact).then(
          () => false,
          () => true,
        );
        // What failed comes again, and so does some of what did not.
        if ((failed || random(10) === 0) && deliveries < DELIVERIES_MAX)
          waiting.push({ fact, deliveries: deliveries + 1 });
        else expect(failed, 'delivered in vain for ever').toBe(false);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, deliver));
    isCalm = true;

    const met = new Map([...firestore.counts(), ...pubsub.counts()]);
    expect([...met.keys()].sort()).toEqual([...faults].sort());
    // 1 + 2 + ... + 120, of which each account has every fourth.
    const balances = await Promise.all(
      [0, 1, 2, 3].map(async (n) => balanceFrom(await platform.query(balancesOf(`acct-${n}`)), 'DKK').booked),
    );
    expect(balances).toEqual([1770n, 1800n, 1830n, 1860n]);
    expect(await platform.query({ collection: 'inbox' })).toHaveLength(EVENTS);
    const told = new Set<string>();
    while (told.size < EVENTS) for (const message of await take(1)) told.add(eventIn(message).id);
    const ids = facts.map((fact) => idFrom('evt', eventIn(fact).id, 'record-transaction', 0));
    expect(told).toEqual(new Set(ids));
  } finally {
    firestore.close();
    pubsub.close();
  }
}, 120_000);
