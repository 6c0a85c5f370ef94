import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { bankNamed } from '../../../shared/banks/index.ts';
import { cardEntryAssigned } from '../../../shared/events/bank-facts.ts';
import { draft } from '../../../shared/events/event.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';
import { createAudit } from '../../../shared/store/audit.ts';

const bankId = z.string().min(1).max(256);
const assignment = z.strictObject({
  bank: z.string().refine((name) => bankNamed(name) !== undefined, 'a bank that is known'),
  accountId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  cardId: bankId,
  entry: z.strictObject({ kind: z.enum(['clearing', 'reversal']), id: bankId }),
  /** null: it belongs to none. */
  authorisationId: bankId.nullable(),
  why: z.string().trim().min(1).max(500),
});

/** Takes an operator's word for which authorisation an unlinked clearing or reversal belongs to; it goes before the rule. */
export default onRequest({
  name: 'assign-entry',
  caller: 'operator',
  publishes: [cardEntryAssigned],
  impact: 'Money that no rule can match stays held until its hold expires.',
  config: z.object({}),
  connect: () => ({}),
  routes: {
    'POST /v1/operators/assignments': async (request, { now }) => {
      const { authorisationId, why, ...said } = readBody(assignment, request.rawBody);
      const at = now.toISOString();
      const id = idFrom('fact', request.uid, randomUUID());
      const data = {
        ...{ ...said, authorisationId: authorisationId ?? undefined },
        // No bank said it, so there is no delivery that leads to it: its audit entry does.
        ...{ bankEventId: id, deliveryId: '', receivedAt: at, role: 'books' as const },
      };
      const audited = {
        at,
        by: request.uid,
        action: 'assign',
        accountId: said.accountId,
        factId: id,
        why,
      } as const;
      return {
        status: 202,
        body: { id },
        writes: [createAudit(id, audited)],
        events: [draft(cardEntryAssigned, { subject: said.entry.id, id, time: at, data })],
      };
    },
  },
});
