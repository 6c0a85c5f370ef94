import { withDeclined } from '../../../shared/domain/direct-debit.ts';
import { PermanentError } from '../../../shared/errors.ts';
import type { directDebitDecisionRefused } from '../../../shared/events/direct-debit-facts.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import {
  directDebitFrom,
  directDebitPath,
  mandateFrom,
  mandatePath,
  writeDirectDebit,
  writeMandate,
} from '../../../shared/store/direct-debits.ts';

/** What the customer wanted and the bank will not do is wanted no more, and shown with the reason. */
export async function decline(reads: Reads, { data }: EventOf<typeof directDebitDecisionRefused>) {
  const { accountId, id, decision, wantedAt, reason } = data;
  if (decision === 'refusal' || decision === 'refund') {
    const document = await readOne(reads, directDebitPath(accountId, id));
    const before = directDebitFrom(document) ?? unknown(id);
    const after = withDeclined(before, { decision, wantedAt, reason });
    return after ? { writes: [writeDirectDebit(document, after)] } : {};
  }
  const document = await readOne(reads, mandatePath(accountId, id));
  const before = mandateFrom(document) ?? unknown(id);
  const after = withDeclined(before, { decision, wantedAt, reason });
  return after ? { writes: [writeMandate(document, after)] } : {};
}

function unknown(id: string): never {
  throw new PermanentError('direct-debit.not-found', { id });
}
