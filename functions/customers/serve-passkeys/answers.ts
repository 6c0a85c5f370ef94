import * as z from 'zod';
import { instant } from '../../../shared/events/event.ts';
import {
  aCredential,
  clientDataOf,
  credential,
  requestOptions,
  someRequestOptions,
} from '../../../shared/runtime/described/authorisation.ts';

/** A passkey as apps see it: never with its key, which only we need. */
export const passkey = z
  .strictObject({
    id: z.string(),
    name: z.string().meta({ description: 'What its owner calls it.' }),
    createdAt: instant,
  })
  .meta({ id: 'Passkey' });

/** Named as in WebAuthn level 3. */
const creationOptions = z
  .strictObject({
    rp: z.strictObject({ id: z.string(), name: z.string() }),
    user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.int() })),
    timeout: z.int().meta({ description: 'Milliseconds.' }),
    excludeCredentials: z.array(credential),
    authenticatorSelection: z.strictObject({
      residentKey: z.literal('preferred'),
      requireResidentKey: z.boolean(),
      userVerification: z.literal('required'),
    }),
    attestation: z.literal('none'),
    extensions: z.strictObject({ credProps: z.boolean() }),
    hints: z.array(z.string()),
  })
  .meta({
    id: 'PublicKeyCredentialCreationOptionsJSON',
    description: 'For `PublicKeyCredential.parseCreationOptionsFromJSON` and `navigator.credentials.create`.',
  });

/** What a registration begins with. */
export const registration = z
  .strictObject({
    options: creationOptions,
    expiresAt: instant.meta({ description: 'From then on ask for other options.' }),
    proof: z
      .strictObject({ options: requestOptions })
      .optional()
      .meta({ description: 'To be signed by a passkey that the customer has; none where they have none.' }),
  })
  .meta({ id: 'PasskeyRegistration' });

const other = 'oQvVB3ngW8ePKqrowrUXwDF2fef-0acQBThKSJNWicU';
const challenge = 'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk';

export const aPasskey = {
  id: 'pky_4dTn9wZsKq1YmVxR7bJcG0uLhPe',
  name: 'My phone',
  createdAt: '2026-11-23T10:00:00.000Z',
};
/** Of a customer who has one, on their phone. */
export const aRegistration = {
  options: {
    rp: { name: 'Counterfoil', id: 'localhost' },
    user: { id: '0w4b1nYr2ASdjYe9B-ptfXi__iqgtN1adCYvlzpeSLE', name: 'Counterfoil', displayName: '' },
    challenge,
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: 'public-key' })),
    timeout: 300_000,
    attestation: 'none',
    excludeCredentials: [aCredential],
    authenticatorSelection: {
      residentKey: 'preferred',
      userVerification: 'required',
      requireResidentKey: false,
    },
    extensions: { credProps: true },
    hints: [],
  },
  expiresAt: '2026-11-23T10:05:00.000Z',
  proof: { options: someRequestOptions },
};
/** What another authenticator made of these options. */
export const anAttestation = {
  ...{ id: other, rawId: other, type: 'public-key' },
  response: {
    clientDataJSON: clientDataOf('webauthn.create', { challenge }),
    attestationObject:
      'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAAAAAAAAAAAAAAAAAAAAAAAAIKEL1Qd54FvHjyqq6MK1F8Axdn3n_tGnEAU4SkiTVonFpQECAyYgASFYIKZfJieAe_KoLfVC6kU-dluvj5qT_iaqpPMk0nl9jdL3IlggYrMFnlHmlbnE6Wa60c3ftQvZ9sk2lCfYikmd-lPLwdw',
    transports: ['usb'],
  },
};
