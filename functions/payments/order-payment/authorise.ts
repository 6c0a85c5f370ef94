import { bankNamed } from '../../../shared/banks/index.ts';
import { executionDateOf, wallClock } from '../../../shared/domain/cut-off.ts';
import { type Payment, stateOf, withStep } from '../../../shared/domain/payment.ts';
import { authenticatedText } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import {
  type Awaiting,
  authorisationOptions,
  authorise,
  checkAwaited,
} from '../../../shared/runtime/authorise.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { newChallenge } from '../../../shared/runtime/passkey-proof.ts';
import { writePayment } from '../../../shared/store/payments.ts';
import type { Context } from './context.ts';
import { ownPayment } from './read.ts';
import { takeOn } from './take-on.ts';
import { paymentView } from './views.ts';

/**
 * Takes the customer's authorisation of a payment that awaits it: what their passkey signed of this amount and this payee.
 * Then the payment is as one that needed none, ordered now. What cannot be reserved still waits.
 */
export async function authorisePayment(request: Request, { deps, now }: Context) {
  const { document, payment, account } = await awaitedPayment(deps, request);
  if (account.status !== 'open') throw new PublicError(422, `account.${account.status}`);
  const { authorisation, write } = await authorise(request, awaiting(payment), { deps, now });
  const authorised = { ...payment, challenge: undefined, authorisation };
  const { payment: dated, state, today } = datedAnew(authorised, now);
  const next = withStep(dated, { state, at: now.toISOString(), cause: 'authorised' });
  const { writes, ...taken } = await takeOn(deps, document, next, today);
  return { ...taken, status: 202, body: paymentView(next), writes: [...writes, write] };
}

/** Gives the payment another challenge; whatever was signed of the one before is worth nothing from now on. */
export async function renewChallenge(request: Request, { deps, now }: Context) {
  const { document, payment } = await awaitedPayment(deps, request);
  const renewed = { ...payment, challenge: newChallenge(now) };
  return {
    status: 200,
    body: { ...paymentView(renewed), ...(await authorisationView(deps, renewed, request.uid)) },
    writes: [writePayment(document, renewed)],
  };
}

/** What whoever ordered it passes to their passkeys; nothing for others, and once nothing is awaited. */
export async function authorisationView(deps: Context['deps'], payment: Payment, uid: string) {
  return isAwaited(payment) ? authorisationOptions(awaiting(payment), uid, deps) : {};
}

async function awaitedPayment({ reads }: Context['deps'], request: Request) {
  const found = await ownPayment(reads, request);
  checkAwaited(isAwaited(found.payment), found.payment, request.uid);
  return found;
}

function isAwaited(payment: Payment): boolean {
  return stateOf(payment) === 'awaiting-authorisation';
}

function awaiting(payment: Payment): Awaiting {
  const { customerId, challenge } = payment;
  return { customerId, challenge, textWith: (fresh) => authenticatedText(payment, fresh) };
}

/**
 * The payment as of its authorisation, since only now it is received (PSD2, article 78): it is executed when it would be
 * had it been ordered now, and waits for its day where that is later.
 */
function datedAnew(payment: Payment, now: Date) {
  const { timeZone = 'UTC', schemes } = bankNamed(payment.bank)?.payments ?? {};
  const today = wallClock(now, timeZone).date;
  const earliest = executionDateOf({ requestedAt: now, timeZone, ...schemes?.[payment.scheme] });
  if (payment.executesOn > earliest) return { payment, state: 'scheduled' as const, today };
  return { payment: { ...payment, executesOn: earliest }, state: 'requested' as const, today };
}
