import type { Bank } from '../bank.ts';
import { openSandboxApi } from './api.ts';
import { readEvents } from './events.ts';
import { sandboxTerms } from './payments.ts';
import { isStandardWebhookSecret, verifyStandardWebhook } from './signature.ts';
import { translateFrom } from './translate.ts';

/** The simulated bank of the local stack: Standard Webhooks, full payloads, several events a delivery. */
export const sandbox: Bank = {
  name: 'sandbox',
  role: 'books',
  isSecret: isStandardWebhookSecret,
  verify(posted) {
    const signed = verifyStandardWebhook(posted);
    if (typeof signed === 'string') return { kind: 'unverified', reason: signed };
    if (!readEvents(posted.rawBody))
      return { kind: 'unreadable', reason: 'Send JSON in UTF-8: {"events": [...]}.' };
    const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = posted.headers;
    return {
      kind: 'accepted',
      signature: signed,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': posted.headers['webhook-signature'] ?? '',
      },
    };
  },
  translate: translateFrom({ role: 'books', exponents: {} }),
  payments: sandboxTerms,
  openApi: openSandboxApi,
};

/**
 * A card processor beside the sandbox bank, in the same words: it only holds, and what it says was cleared is booked
 * by an entry of the bank's own. As card networks do, it sends Chilean pesos with two decimals and forints with none.
 */
export const sandboxProcessor: Bank = {
  name: 'sandbox-processor',
  isSecret: sandbox.isSecret,
  verify: sandbox.verify,
  role: 'holds',
  translate: translateFrom({ role: 'holds', exponents: { CLP: 2, HUF: 0 } }),
};
