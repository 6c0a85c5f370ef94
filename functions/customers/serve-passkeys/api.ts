import * as z from 'zod';
import { anAssertion } from '../../../shared/runtime/described/authorisation.ts';
import { type Api, asAnswered } from '../../../shared/runtime/described.ts';
import { PASSKEYS_MAX } from '../../../shared/store/passkeys.ts';
import { anAttestation, aPasskey, aRegistration, passkey, registration } from './answers.ts';
import { registered } from './register.ts';

const mayNotAdd = {
  401: {
    'sign-in.stale':
      'A first passkey is as good as a sign-in of the last five minutes: sign in again. `WWW-Authenticate` says so too (RFC 9470).',
  },
  422: { 'passkey.too-many': `The customer has ${PASSKEYS_MAX} passkeys already. Remove one first.` },
};

export default {
  'POST /v1/passkeys/registration-options': {
    operationId: 'beginPasskeyRegistration',
    summary: 'Begin to register a passkey',
    description:
      'Whoever asks again gets other options, and those from before are worth nothing. Who has a passkey already proves by it that this one is theirs too.',
    answers: {
      200: {
        description: 'What to pass to the authenticator.',
        schema: registration,
        example: aRegistration,
      },
    },
    refusals: mayNotAdd,
  },
  'POST /v1/passkeys': {
    operationId: 'registerPasskey',
    summary: 'Register a passkey',
    description: 'The customer is told of it on every device.',
    body: {
      schema: registered,
      description: 'What the authenticators made of registration-options.',
      example: { name: 'My key', attestation: anAttestation, proof: anAssertion },
      fields: {
        name: 'What its owner calls it; 1 to 60 printable characters.',
        attestation: 'The answer of `navigator.credentials.create` to `options`, as its JSON.',
        proof:
          'The answer of `navigator.credentials.get` to `proof.options`, as its JSON; not for a first passkey.',
      },
    },
    answers: {
      200: { description: 'It is theirs already, and is as it was.', schema: passkey, example: aPasskey },
      201: {
        description: 'It is registered.',
        schema: passkey,
        example: { ...aPasskey, id: 'pky_8sHx2kWvQn5ZrTyB0mJdC3uLgPa', name: 'My key' },
        headers: { location: 'Where the passkey is from now on.' },
      },
    },
    refusals: {
      ...mayNotAdd,
      403: { 'passkey.proof-missing': 'The customer has a passkey: send the proof.' },
      409: {
        'passkey.challenge-expired':
          'These options were good for five minutes, and for one passkey: ask for others.',
      },
      422: {
        ...mayNotAdd[422],
        'passkey.invalid': 'The attestation is no answer to these options.',
        'passkey.proof-passkey-unknown': 'The proof was signed by no passkey of the caller’s.',
        'passkey.proof-invalid': 'The proof is no answer to `proof.options`.',
      },
    },
  },
  'GET /v1/passkeys': {
    operationId: 'listPasskeys',
    summary: 'List the customer’s passkeys',
    description: 'All of them, the oldest first.',
    answers: {
      200: {
        description: 'The passkeys.',
        schema: z.strictObject({ items: z.array(passkey) }),
        example: { items: [aPasskey] },
      },
    },
  },
  'DELETE /v1/passkeys/:passkeyId': {
    operationId: 'deletePasskey',
    summary: 'Remove a passkey',
    description: 'It authorises nothing from now on. The last one stays.',
    params: { passkeyId: z.string() },
    answers: { 204: { description: 'It is removed.' } },
    refusals: {
      404: asAnswered('passkey.not-found'),
      409: { 'passkey.last': 'It is the last: register another one first.' },
    },
  },
} satisfies Api;
