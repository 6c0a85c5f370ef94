import * as z from 'zod';
import { cardAuthorisationExpired } from '../../../shared/events/bank-facts.ts';
import { idFrom } from '../../../shared/events/id.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { holdsDue, type Transaction, transactionFrom } from '../../../shared/store/transactions.ts';

const PAGE = 200;
const PAGES_MAX = 10;

/**
 * Gives up what the bank has given up by now and did not tell: the part that its own expiry would be, under the same
 * id, so that the bank’s own word, when it comes after all, is the same one.
 */
export default onSchedule({
  name: 'expire-holds',
  everyMinutes: 15,
  publishes: [cardAuthorisationExpired],
  impact: 'Where the bank’s word is lost, money stays held that the customer could spend.',
  config: z.object({
    // The bank's own word comes first, as a rule.
    EXPIRY_GRACE_MINUTES: z.coerce.number().int().min(0).max(10_080).default(60),
  }),
  connect: ({ config, reads }) => ({ reads, graceMs: config.EXPIRY_GRACE_MINUTES * 60_000 }),
  async decide(_tick, { deps: { reads, graceMs }, now }) {
    const due = await allDue(reads, new Date(now.getTime() - graceMs).toISOString());
    return { events: due.flatMap((document) => expiryOf(document, now)) };
  },
});

/** Page by page, so that one which nobody can expire holds up no other. */
async function allDue(reads: Reads, by: string): Promise<Stored[]> {
  const due: Stored[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const last = due.at(-1);
    const after = last && ([String(last.fields?._holdExpiresAt), last.path] as const);
    const found = await reads.query(holdsDue(by, PAGE, after));
    due.push(...found);
    if (found.length < PAGE) break;
  }
  return due;
}

function expiryOf(document: Stored, now: Date) {
  const transaction = transactionFrom(document);
  const authorisation = Object.values(transaction?.parts ?? {}).find(({ kind }) => kind === 'authorisation');
  // Without its card, as older documents have it, it could only be refused.
  if (!transaction || !authorisation?.cardId || !transaction.bank) return [];
  const { id: authorisationId, cardId, direction, holdsOnly } = authorisation;
  const accountId = document.path.split('/')[1] ?? '';
  const expiresAt = String(document.fields?._holdExpiresAt);
  const id = idFrom('fact', transaction.bank, 'expiry', accountId, authorisationId, expiresAt);
  const data = {
    bank: transaction.bank,
    accountId,
    bankEventId: id,
    deliveryId: deliveryOf(transaction),
    receivedAt: now.toISOString(),
    role: holdsOnly ? ('holds' as const) : ('books' as const),
    cardId,
    direction,
    authorisationId,
    dueAt: expiresAt,
  };
  return [{ type: cardAuthorisationExpired.type, subject: authorisationId, id, time: expiresAt, data }];
}

/** The delivery that brought the authorisation, which said until when it holds. */
function deliveryOf({ arrival }: Transaction): string {
  const [, brought] = Object.entries(arrival).find(([key]) => key.startsWith('authorisation:')) ?? [];
  return brought?.deliveryId ?? '';
}
