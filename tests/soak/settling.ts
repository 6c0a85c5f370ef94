import type { Firestore } from '@google-cloud/firestore';
import type { Stack } from '../../local/stack.ts';
import { each, get, send } from './http.ts';
import { paymentsAtBank } from './ledger.ts';
import type { Ordered } from './orders.ts';
import { randomFrom } from './random.ts';

/** What a bank does wrong with payments. What is late, or comes back, does so by its clock. */
export const PAYMENT_FAULTS = {
  ...{ paymentLate: 0.3, paymentLateMs: 2000, paymentReject: 0.1 },
  ...{ paymentReturn: 0.15, paymentReturnMs: 2000 },
  ...{ paymentTimeoutBefore: 0.1, paymentTimeoutAfter: 0.1, paymentFail: 0.1, inquiryFail: 0.2 },
};

const UNKNOWN_AFTER_SECONDS = 2;

/** Nobody here has a passkey, and what nobody knows is asked after seconds; in production it is a minute. */
export const PAYS_SOON = {
  UNKNOWN_AFTER_SECONDS: String(UNKNOWN_AFTER_SECONDS),
  SCA_FROM:
    '{"DKK":"100000000000000","EUR":"100000000000000","SEK":"100000000000000","JPY":"100000000000000"}',
};

const ROUNDS_MAX = 20;
const ACCEPTED_SHARE = 0.5;

/** What the clock ticks each minute, and a life of minutes oftener. A tick that fails is told by its function. */
export async function tick(stack: Stack): Promise<void> {
  const names = ['resolve-unknown-payments', 'republish-unpublished'];
  await each(names, (name) => stack.tick(name).catch(() => {}));
}

/**
 * Has every payment end, in calm: nobody waits for the bank's word any more, other banks decide on what was recalled, and
 * the bank's clock passes all that was to come. What does not end is for the comparison to find.
 */
export async function settle(
  stack: Stack,
  firestore: Firestore,
  { ordered, seed }: { ordered: readonly Ordered[]; seed: number },
  untilQuiet: () => Promise<void>,
): Promise<void> {
  for (let rounds = 0; rounds < ROUNDS_MAX && (await anyAwaitsBank(firestore)); rounds += 1) {
    await pause(UNKNOWN_AFTER_SECONDS * 1000);
    await tick(stack);
    await untilQuiet();
  }
  const random = randomFrom(seed + 3);
  for (const { paymentId, recall } of (await paymentsAtBank(stack, ordered)).flatMap(
    ({ atBank }) => atBank,
  )) {
    if (recall !== 'requested') continue;
    const decision = { accepted: random.happens(ACCEPTED_SHARE), reason: 'CUST' };
    await send(`${stack.bank}/payments/${paymentId}/recall-decision`, 'POST', decision);
  }
  // Twice: only what has settled can come back.
  const { aheadSeconds } = await get<{ aheadSeconds: number }>(`${stack.bank}/_sandbox/clock`);
  const { paymentLateMs, paymentReturnMs } = PAYMENT_FAULTS;
  for (const ms of [paymentLateMs, paymentLateMs + paymentReturnMs]) {
    const clock = { aheadSeconds: aheadSeconds + 1 + ms / 1000 };
    await send(`${stack.bank}/_sandbox/clock`, 'PUT', clock);
    await untilQuiet();
  }
}

async function anyAwaitsBank(firestore: Firestore): Promise<boolean> {
  const found = await firestore.collection('payments').where('_awaitsBankSince', '>', '').limit(1).get();
  return found.size > 0;
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
