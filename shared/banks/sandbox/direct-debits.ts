import * as z from 'zod';
import type { Decision } from '../../domain/direct-debit.ts';
import type { Ask, BankApi } from '../bank.ts';

const PATHS: Readonly<Record<Decision, readonly [things: string, verb: string]>> = {
  refusal: ['collections', 'refusal'],
  refund: ['collections', 'return'],
  block: ['mandates', 'block'],
  unblock: ['mandates', 'unblock'],
};
// It says why by the type of its problem, as in `urn:sandbox-bank:collection-due`.
const problem = z.object({ type: z.string().max(64) });

/** What customers decide of direct debits, by the sandbox bank's own API. */
export function openSandboxDirectDebits(baseUrl: string, ask: Ask): Pick<BankApi, 'decide'> {
  return {
    async decide(decision, bankId, idempotencyKey) {
      const [things, verb] = PATHS[decision];
      const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
      const url = `${baseUrl}/${things}/${encodeURIComponent(bankId)}/${verb}`;
      const { status, body } = await ask(url, { method: 'POST', headers, body: '{}' });
      if (status === 201) return { kind: 'taken' };
      if (status === 409) {
        const { type } = problem.parse(JSON.parse(body));
        return { kind: 'refused', reason: type.slice(type.lastIndexOf(':') + 1) };
      }
      // What it says may repeat what customers are called.
      throw Object.assign(new Error('bank.refused'), { code: `bank.status-${status}` });
    },
  };
}
