import * as z from 'zod';
import { bankNamed } from '../../../shared/banks/index.ts';
import type { Challenge } from '../../../shared/domain/authorisation.ts';
import { executionDateOf } from '../../../shared/domain/cut-off.ts';
import { type Payment, stateOf, withStep } from '../../../shared/domain/payment.ts';
import { authenticatedText } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import {
  type Assertion,
  assertion,
  isExpired,
  newChallenge,
  prove,
  requestOptions,
} from '../../../shared/runtime/passkey-proof.ts';
import { type Passkey, passkeysFrom, passkeysPath, writeUsed } from '../../../shared/store/passkeys.ts';
import { writePayment } from '../../../shared/store/payments.ts';
import type { Context } from './context.ts';
import { ownPayment } from './read.ts';
import { takeOn } from './take-on.ts';
import { paymentView } from './views.ts';

export const authorisation = z.strictObject({ assertion });

/**
 * Takes the customer's authorisation of a payment that awaits it: what their passkey signed of this amount and this payee.
 * Then the payment is as one that needed none, ordered now. What cannot be reserved still waits.
 */
export async function authorisePayment(request: Request, { deps, now }: Context) {
  const { assertion: signed } = readBody(authorisation, request.rawBody);
  const { document, payment, account } = await awaitedPayment(deps, request);
  if (account.status !== 'open') throw new PublicError(422, `account.${account.status}`);
  const { challenge } = payment;
  if (!challenge || isExpired(challenge, now))
    throw new PublicError(409, 'authorisation.challenge-expired', 'POST …/challenge gives a fresh one.');
  const found = await readOne(deps.reads, passkeysPath(request.uid));
  const text = authenticatedText(payment, challenge);
  const proof = await prove(signed, text, passkeysFrom(found), deps.config);
  if ('refused' in proof) throw new PublicError(422, `authorisation.${proof.refused}`);

  const by = evidence(proof.used, challenge, signed);
  const authorised = { ...payment, challenge: undefined, authorisation: by };
  const { payment: dated, state, today } = datedAnew(authorised, now);
  const next = withStep(dated, { state, at: now.toISOString(), cause: 'authorised' });
  const { writes, ...taken } = await takeOn(deps, document, next, today);
  return {
    ...taken,
    status: 202,
    body: paymentView(next),
    writes: [...writes, writeUsed(found, proof.used)],
  };
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
export async function authorisationView({ reads, config }: Context['deps'], payment: Payment, uid: string) {
  const { challenge } = payment;
  if (!isAwaited(payment) || payment.customerId !== uid || !challenge) return {};
  const passkeys = passkeysFrom(await readOne(reads, passkeysPath(uid)));
  const { expiresAt } = challenge;
  const options = requestOptions(authenticatedText(payment, challenge), passkeys, config);
  // No refusal: the order waits until they have one.
  const code = passkeys.length === 0 ? 'authorisation.no-passkey' : undefined;
  return { authorisation: { options, expiresAt, code } };
}

async function awaitedPayment({ reads }: Context['deps'], request: Request) {
  const found = await ownPayment(reads, request);
  if (!isAwaited(found.payment)) throw new PublicError(409, 'authorisation.not-awaited');
  // Another owner of the account sees the payment, and is not the one whose order it is.
  if (found.payment.customerId !== request.uid) throw new PublicError(403, 'authorisation.not-yours');
  return found;
}

function isAwaited(payment: Payment): boolean {
  return stateOf(payment) === 'awaiting-authorisation';
}

/**
 * The payment as of its authorisation, since only now it is received (PSD2, article 78): it is executed when it would be
 * had it been ordered now, and waits for its day where that is later.
 */
function datedAnew(payment: Payment, now: Date) {
  const { timeZone = 'UTC', schemes } = bankNamed(payment.bank)?.payments ?? {};
  const today = executionDateOf({ requestedAt: now, timeZone });
  const earliest = executionDateOf({ requestedAt: now, timeZone, ...schemes?.[payment.scheme] });
  if (payment.executesOn > earliest) return { payment, state: 'scheduled' as const, today };
  return { payment: { ...payment, executesOn: earliest }, state: 'requested' as const, today };
}

function evidence(passkey: Passkey, { nonce }: Challenge, { response }: Assertion) {
  const { clientDataJSON: clientDataJson, authenticatorData, signature } = response;
  const publicKey = Buffer.from(passkey.publicKey).toString('base64url');
  return { passkeyId: passkey.id, publicKey, nonce, clientDataJson, authenticatorData, signature };
}
