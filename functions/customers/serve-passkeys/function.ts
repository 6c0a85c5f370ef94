import * as z from 'zod';
import { passkeyRegistered } from '../../../shared/events/customers.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';
import { passkeyVariables } from '../../../shared/runtime/passkey-proof.ts';
import { deletePasskey, listPasskeys } from './passkeys.ts';
import { beginRegistration, registerPasskey } from './register.ts';

/** The passkeys by which a customer authorises payments. Whoever has one proves by it that another is theirs too. */
export default onRequest({
  name: 'serve-passkeys',
  caller: 'customer',
  publishes: [passkeyRegistered],
  impact: 'Customers cannot add or remove passkeys, and whoever has none cannot authorise payments.',
  config: z.object(passkeyVariables),
  connect: ({ reads, config }) => ({ reads, config }),
  routes: {
    'POST /v1/passkeys/registration-options': beginRegistration,
    'POST /v1/passkeys': registerPasskey,
    'GET /v1/passkeys': listPasskeys,
    'DELETE /v1/passkeys/:passkeyId': deletePasskey,
  },
});
