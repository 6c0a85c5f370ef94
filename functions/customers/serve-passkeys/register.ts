import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Challenge } from '../../../shared/domain/authorisation.ts';
import { registrationText } from '../../../shared/domain/strong-authentication.ts';
import { PublicError } from '../../../shared/errors.ts';
import { passkeyRegistered } from '../../../shared/events/customers.ts';
import { draft } from '../../../shared/events/event.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import {
  type Assertion,
  assertion,
  credentialOf,
  isExpired,
  newChallenge,
  prove,
  requestOptions,
} from '../../../shared/runtime/passkey-proof.ts';
import {
  PASSKEYS_MAX,
  type Passkey,
  passkeyIdOf,
  passkeysFrom,
  passkeysPath,
  registrationFrom,
  writePasskeys,
} from '../../../shared/store/passkeys.ts';
import { attestation, attested } from './attestation.ts';
import { type Context, passkeyView } from './passkeys.ts';

const SIGNED_IN_SECONDS_MAX = 300;
const NAME = 'Counterfoil';

/**
 * What an app passes to `navigator.credentials.create`; beside it, for who has a passkey already, the `proof` to ask of
 * that one first. Whoever asks again gets other options, and those from before are worth nothing.
 */
export async function beginRegistration({ uid, authenticatedAt }: Request, { deps, now }: Context) {
  const { reads, config } = deps;
  const document = await readOne(reads, passkeysPath(uid));
  const passkeys = passkeysFrom(document);
  refuseUnlessMayAdd(passkeys, authenticatedAt, now);
  const registration = newChallenge(now);
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  const options = await generateRegistrationOptions({
    rpName: NAME,
    rpID: config.WEBAUTHN_RP_ID,
    userName: NAME, // we know no name of theirs here, and a phone shows it beside the app's
    userID: new Uint8Array(createHash('sha256').update(uid).digest()),
    challenge: new Uint8Array(Buffer.from(registration.nonce, 'base64url')),
    timeout: Date.parse(registration.expiresAt) - now.getTime(),
    excludeCredentials: passkeys.map(credentialOf),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });
  const proof = requestOptions(registrationText(uid, registration), passkeys, config);
  return {
    status: 200,
    body: {
      options,
      expiresAt: registration.expiresAt,
      proof: passkeys.length > 0 ? { options: proof } : undefined,
    },
    writes: [writePasskeys(document, passkeys, registration)],
  };
}

/** The body of a registration. */
export const registered = z.strictObject({
  name: z
    .string()
    .regex(/^[^\p{Cc}]*$/u, 'printable characters alone')
    .transform((text) => text.trim())
    .pipe(z.string().min(1).max(60)),
  attestation,
  proof: assertion.optional(),
});

/** Keeps a passkey of the caller's, and has their phones told. One that is theirs already is as it was. */
export async function registerPasskey(request: Request, { deps, now }: Context) {
  const { uid, rawBody, authenticatedAt } = request;
  const { name, attestation: made, proof } = readBody(registered, rawBody);
  const document = await readOne(deps.reads, passkeysPath(uid));
  const passkeys = passkeysFrom(document);
  const id = passkeyIdOf(made.id);
  const known = passkeys.find((passkey) => passkey.id === id);
  if (known) return { status: 200, body: passkeyView(known) };

  refuseUnlessMayAdd(passkeys, authenticatedAt, now);
  const registration = registrationFrom(document);
  if (!registration || isExpired(registration, now))
    throw new PublicError(409, 'passkey.challenge-expired', 'Ask for registration-options again.');
  const own = await proven(deps.config, { uid, registration, passkeys }, proof);
  const verified = await attested(made, registration, deps.config);
  if (!verified)
    throw new PublicError(422, 'passkey.invalid', 'It is no answer to these registration-options.');
  const passkey = { id, name, createdAt: now.toISOString(), ...verified };
  const data = { customerId: uid, passkeyId: id };
  return {
    status: 201,
    headers: { location: `/v1/passkeys/${id}` },
    body: passkeyView(passkey),
    writes: [writePasskeys(document, [...own, passkey], undefined)],
    events: [draft(passkeyRegistered, { subject: id, data })],
  };
}

/** A first passkey is as good as a fresh sign-in, which a stolen token is not; any further one as good as those there are. */
function refuseUnlessMayAdd(passkeys: readonly Passkey[], signedInAt: Date | undefined, now: Date): void {
  if (passkeys.length >= PASSKEYS_MAX)
    throw new PublicError(422, 'passkey.too-many', `At most ${PASSKEYS_MAX} passkeys. Remove one first.`);
  const ageMs = signedInAt ? now.getTime() - signedInAt.getTime() : Number.POSITIVE_INFINITY;
  if (passkeys.length > 0 || ageMs <= SIGNED_IN_SECONDS_MAX * 1000) return;
  // Source: RFC 9470, OAuth 2.0 step-up authentication, section 3.
  const challenge = `Bearer error="insufficient_user_authentication", max_age="${SIGNED_IN_SECONDS_MAX}"`;
  throw new PublicError(401, 'sign-in.stale', 'Sign in again first.', { 'www-authenticate': challenge });
}

type Asked = {
  readonly uid: string;
  readonly registration: Challenge;
  readonly passkeys: readonly Passkey[];
};

/** The passkeys that there are, the counter of the one that proved it raised. Throws a `PublicError` where none did. */
async function proven(
  config: Context['deps']['config'],
  { uid, registration, passkeys }: Asked,
  proof: Assertion | undefined,
): Promise<readonly Passkey[]> {
  if (passkeys.length === 0) return passkeys;
  if (!proof) throw new PublicError(403, 'passkey.proof-missing', 'Prove it by a passkey that you have.');
  const checked = await prove(proof, registrationText(uid, registration), passkeys, config);
  if ('refused' in checked) throw new PublicError(422, `passkey.proof-${checked.refused}`);
  return passkeys.map((each) => (each.id === checked.used.id ? checked.used : each));
}
