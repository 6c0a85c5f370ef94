import { createHash, randomBytes } from 'node:crypto';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import * as z from 'zod';
import type { Challenge } from '../domain/authorisation.ts';
import type { Passkey } from '../store/passkeys.ts';

/** The variables of whoever asks for a passkey. */
export const passkeyVariables = {
  /** The domain that passkeys are made for, WebAuthn's relying party: under another one nobody's is known. */
  WEBAUTHN_RP_ID: z.string().min(1).default('localhost'),
  /** Where the app may run, with commas between: `https://` origins, and of Android apps `android:apk-key-hash:`. */
  WEBAUTHN_ORIGINS: z
    .string()
    .default('http://localhost:8400')
    .transform((text) => text.split(',').map((origin) => origin.trim())),
};

export type RelyingParty = { readonly WEBAUTHN_RP_ID: string; readonly WEBAUTHN_ORIGINS: readonly string[] };

// As long as a session may rest unused: delegated regulation (EU) 2018/389, article 4(3)(d).
const CHALLENGE_MS = 5 * 60 * 1000;

export function newChallenge(now: Date): Challenge {
  const nonce = randomBytes(32).toString('base64url');
  return { nonce, expiresAt: new Date(now.getTime() + CHALLENGE_MS).toISOString() };
}

export function isExpired({ expiresAt }: Challenge, now: Date): boolean {
  return now.getTime() >= Date.parse(expiresAt);
}

/** What a passkey signs of a text. */
function challengeOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** What an app passes to `navigator.credentials.get`, so that one of these passkeys signs this text. */
export function requestOptions(
  text: string,
  passkeys: readonly Passkey[],
  { WEBAUTHN_RP_ID: rpId }: RelyingParty,
): PublicKeyCredentialRequestOptionsJSON {
  return {
    challenge: challengeOf(text),
    rpId,
    allowCredentials: passkeys.map(credentialOf),
    userVerification: 'required',
    timeout: CHALLENGE_MS,
  };
}

/** How WebAuthn's options name a passkey. */
export function credentialOf({ credentialId, transports }: Passkey) {
  // Whatever a browser said that it has; another browser leaves out what it does not know.
  return { id: credentialId, type: 'public-key' as const, transports: transports as Transport[] };
}

type Credential = NonNullable<PublicKeyCredentialRequestOptionsJSON['allowCredentials']>[number];
type Transport = NonNullable<Credential['transports']>[number];

/** Bytes as WebAuthn's JSON has them. */
export function base64url(lengthMax: number) {
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{1,${lengthMax}}$`), 'base64url');
}

// What a browser may add to it, we need not know.
export const assertion = z.object({
  id: base64url(1364),
  rawId: base64url(1364),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(8192),
  }),
});
export type Assertion = z.output<typeof assertion>;

export type Proof = { readonly refused: 'passkey-unknown' | 'invalid' } | { readonly used: Passkey };

/**
 * The passkey that signed this text, with its counter raised, or why this proves nothing: it is none of these, or what it
 * signed is another text, from another place, without its owner's finger or PIN, or a copy of it has signed since.
 */
export async function prove(
  { response, ...credential }: Assertion,
  text: string,
  passkeys: readonly Passkey[],
  { WEBAUTHN_RP_ID, WEBAUTHN_ORIGINS }: RelyingParty,
): Promise<Proof> {
  const passkey = passkeys.find(({ credentialId }) => credentialId === credential.id);
  if (!passkey) return { refused: 'passkey-unknown' };
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { credentialId: id, publicKey, counter } = passkey;
  const verified = await verifyAuthenticationResponse({
    response: { ...credential, response, clientExtensionResults: {} },
    expectedChallenge: challengeOf(text),
    expectedOrigin: [...WEBAUTHN_ORIGINS],
    expectedRPID: WEBAUTHN_RP_ID,
    credential: { id, publicKey: new Uint8Array(publicKey), counter: Number(counter) },
    requireUserVerification: true,
  }).catch(() => undefined); // it throws for whatever is not as it should be, and calls nobody
  if (!verified?.verified) return { refused: 'invalid' };
  return { used: { ...passkey, counter: BigInt(verified.authenticationInfo.newCounter) } };
}
