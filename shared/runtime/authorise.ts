import * as z from 'zod';
import type { Authorisation, Challenge } from '../domain/authorisation.ts';
import { PublicError } from '../errors.ts';
import { type Reads, readOne } from '../platform/platform.ts';
import type { Write } from '../store/document.ts';
import { type Passkey, passkeysFrom, passkeysPath, writeUsed } from '../store/passkeys.ts';
import { readBody } from './body.ts';
import type { Request } from './on-request.ts';
import {
  type Assertion,
  assertion,
  isExpired,
  prove,
  type RelyingParty,
  requestOptions,
} from './passkey-proof.ts';

/** The body of an authorisation. */
export const authorisation = z.strictObject({ assertion });

/** What was ordered and waits until whoever ordered it has signed it, in the words that their passkey signs. */
export type Awaiting = {
  readonly customerId: string;
  readonly challenge: Challenge | undefined;
  readonly textWith: (challenge: Challenge) => string;
};
type Deps = { readonly reads: Reads; readonly config: RelyingParty };

/**
 * By what the caller's passkey signed it, and what to write of that passkey. Of what is signed nothing is taken from the
 * request. Throws a `PublicError`: 409 once the challenge is over, 422 where the signature proves nothing.
 */
export async function authorise(
  request: Request,
  { challenge, textWith }: Awaiting,
  { deps, now }: { deps: Deps; now: Date },
): Promise<{ authorisation: Authorisation; write: Write }> {
  const { assertion: signed } = readBody(authorisation, request.rawBody);
  if (!challenge || isExpired(challenge, now))
    throw new PublicError(409, 'authorisation.challenge-expired', 'POST …/challenge gives a fresh one.');
  const found = await readOne(deps.reads, passkeysPath(request.uid));
  const proof = await prove(signed, textWith(challenge), passkeysFrom(found), deps.config);
  if ('refused' in proof) throw new PublicError(422, `authorisation.${proof.refused}`);
  return { authorisation: evidence(proof.used, challenge, signed), write: writeUsed(found, proof.used) };
}

/** What whoever ordered it passes to their passkeys, for an app's view of it; nothing for anybody else. */
export async function authorisationOptions(
  { customerId, challenge, textWith }: Awaiting,
  uid: string,
  { reads, config }: Deps,
) {
  if (customerId !== uid || !challenge) return {};
  const passkeys = passkeysFrom(await readOne(reads, passkeysPath(uid)));
  const { expiresAt } = challenge;
  const options = requestOptions(textWith(challenge), passkeys, config);
  // No refusal: the order waits until they have one.
  const code = passkeys.length === 0 ? 'authorisation.no-passkey' : undefined;
  return { authorisation: { options, expiresAt, code } };
}

/** Throws a `PublicError` where nothing is awaited (409), or it is another's (403): an owner of the account sees both. */
export function checkAwaited(isAwaited: boolean, { customerId }: { customerId: string }, uid: string): void {
  if (!isAwaited) throw new PublicError(409, 'authorisation.not-awaited');
  if (customerId !== uid) throw new PublicError(403, 'authorisation.not-yours');
}

function evidence(passkey: Passkey, { nonce }: Challenge, { response }: Assertion): Authorisation {
  const { clientDataJSON: clientDataJson, authenticatorData, signature } = response;
  const publicKey = Buffer.from(passkey.publicKey).toString('base64url');
  return { passkeyId: passkey.id, publicKey, nonce, clientDataJson, authenticatorData, signature };
}
