import * as z from 'zod';
import type { Challenge } from '../../../shared/domain/authorisation.ts';
import { base64url, type RelyingParty } from '../../../shared/runtime/passkey-proof.ts';
import type { Passkey } from '../../../shared/store/passkeys.ts';

// What a browser may add to it, we need not know.
export const attestation = z.object({
  id: base64url(1364),
  rawId: base64url(1364),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(65_536),
    transports: z.array(z.string().max(32)).max(8).default([]),
  }),
});

/**
 * What an authenticator made for these options, or undefined where that is something else. Which maker's it is, we do not
 * ask: of its formats only that which says nothing is taken, and that which is signed by the passkey itself.
 */
export async function attested(
  made: z.output<typeof attestation>,
  { nonce }: Challenge,
  { WEBAUTHN_RP_ID, WEBAUTHN_ORIGINS }: RelyingParty,
): Promise<Pick<Passkey, 'credentialId' | 'publicKey' | 'counter' | 'transports'> | undefined> {
  const { SettingsService, verifyRegistrationResponse } = await import('@simplewebauthn/server');
  // With a maker's root to compare with, it would ask whether a certificate was revoked, at an address in that.
  for (const identifier of MAKERS) SettingsService.setRootCertificates({ identifier, certificates: [] });
  const verified = await verifyRegistrationResponse({
    response: { ...made, clientExtensionResults: {} },
    expectedChallenge: nonce,
    expectedOrigin: [...WEBAUTHN_ORIGINS],
    expectedRPID: WEBAUTHN_RP_ID,
    requireUserVerification: true,
  }).catch(() => undefined); // it throws for whatever is not as it should be
  if (!verified?.verified) return undefined;
  const { credential, fmt } = verified.registrationInfo;
  // The id outside is not signed: it is to be the one inside.
  if ((fmt !== 'none' && fmt !== 'packed') || credential.id !== made.id) return undefined;
  const { id: credentialId, publicKey, counter } = credential;
  const { transports } = made.response;
  return { credentialId, publicKey, counter: BigInt(counter), transports };
}

const MAKERS = ['android-key', 'android-safetynet', 'apple', 'fido-u2f', 'tpm'] as const;
