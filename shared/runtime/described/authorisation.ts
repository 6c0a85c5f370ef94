import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import * as z from 'zod';
import { instant } from '../../events/event.ts';
import { asAnswered } from '../described.ts';

/** How WebAuthn's options name a passkey. */
export const credential = z.strictObject({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()),
});

/** Named as in WebAuthn level 3. */
export const requestOptions = z
  .strictObject({
    challenge: z.string().meta({ description: 'base64url: a digest of all that is authorised.' }),
    rpId: z.string(),
    allowCredentials: z.array(credential),
    userVerification: z.literal('required'),
    timeout: z.int().meta({ description: 'Milliseconds.' }),
  })
  .meta({
    id: 'PublicKeyCredentialRequestOptionsJSON',
    description: 'For `PublicKeyCredential.parseRequestOptionsFromJSON` and `navigator.credentials.get`.',
  }) satisfies z.ZodType<Omit<PublicKeyCredentialRequestOptionsJSON, 'allowCredentials'>>;

/** What is there while something awaits its customer's authorisation. */
export const authorisation = z
  .strictObject({
    options: requestOptions,
    expiresAt: instant.meta({ description: 'From then on ask for a fresh challenge.' }),
    code: z
      .literal('authorisation.no-passkey')
      .optional()
      .meta({ description: 'The customer has no passkey: have them register one, and read this anew.' }),
  })
  .meta({
    id: 'Authorisation',
    description: 'To be signed by whoever ordered it; it is shown to nobody else, and in no list.',
  });

/** What goes with the schema of an authorisation's body. */
export const authorisationBody = {
  description: 'What the customer’s passkey signed.',
  fields: { assertion: 'The answer of `navigator.credentials.get` to `authorisation.options`, as its JSON.' },
};

/** What the summary of asking for a fresh challenge leaves open. */
export const renewed = 'Whatever was signed of the one before is worth nothing from now on.';

/** Of what awaits no authorisation, or another's. */
export const awaitedRefusals = {
  403: asAnswered('authorisation.not-yours'),
  409: asAnswered('authorisation.not-awaited'),
};

export const authorisationRefusals = {
  403: awaitedRefusals[403],
  409: {
    ...awaitedRefusals[409],
    'authorisation.challenge-expired': 'It was to be signed within five minutes: ask for a fresh challenge.',
  },
  422: asAnswered('authorisation.passkey-unknown', 'authorisation.invalid'),
};

/** The one passkey that a customer of the examples has. */
export const aCredential = {
  id: 'V9rOn4X5dMn7zPnt32l7dm2ilmvL7Y1z-51CdbB9F8c',
  type: 'public-key',
  transports: ['internal'],
};
export const someRequestOptions = {
  challenge: 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc',
  rpId: 'localhost',
  allowCredentials: [aCredential],
  userVerification: 'required',
  timeout: 300_000,
};
export const anAuthorisation = { options: someRequestOptions, expiresAt: '2026-11-23T10:05:00.000Z' };
/** What that passkey made of these options. */
export const anAssertion = {
  ...{ id: aCredential.id, rawId: aCredential.id, type: 'public-key' },
  response: {
    clientDataJSON: clientDataOf('webauthn.get', someRequestOptions),
    authenticatorData: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ',
    signature:
      'MEYCIQCBwzqLsZbes7bgKSPH5pu5H80VXzYEOtoPKu_3W6mqiwIhAPDbklk6n_N-P0EUoMY7FM-cqClVWCw-ZBvMhPS2cB0j',
  },
};

/** As a browser puts it together; base64url. */
export function clientDataOf(type: string, { challenge }: { readonly challenge: string }): string {
  const origin = 'http://localhost:8400';
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString('base64url');
}
