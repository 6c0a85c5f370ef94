import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { bankNamed } from '../../../shared/banks/index.ts';
import { type CardEntry, entryKey } from '../../../shared/domain/matching.ts';
import { PublicError } from '../../../shared/errors.ts';
import { cardEntryAssigned } from '../../../shared/events/bank-facts.ts';
import { draft } from '../../../shared/events/event.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import { onRequest } from '../../../shared/runtime/on-request.ts';
import { createAudit } from '../../../shared/store/audit.ts';
import { unmatchedFrom, unmatchedPath } from '../../../shared/store/unmatched.ts';

const bankId = z.string().min(1).max(256);
/** The body of an assignment. */
export const assignment = z.strictObject({
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
  connect: ({ reads }) => reads,
  routes: {
    'POST /v1/operators/assignments': async (request, { deps, now }) => {
      const { authorisationId, why, ...said } = readBody(assignment, request.rawBody);
      const { entries } = unmatchedFrom(await readOne(deps, unmatchedPath(said)));
      const isKnown = (entry: Pick<CardEntry, 'kind' | 'id'>) =>
        entries.some((each) => entryKey(each) === entryKey(entry));
      if (!isKnown(said.entry)) throw new PublicError(404, 'entry.not-found', 'This card has no such entry.');
      if (authorisationId !== null && !isKnown({ kind: 'authorisation', id: authorisationId })) {
        throw new PublicError(404, 'authorisation.not-found', 'This card has no such authorisation.');
      }
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
