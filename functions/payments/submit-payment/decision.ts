import type { BankApi } from '../../../shared/banks/bank.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { directDebitDecisionRefused } from '../../../shared/events/direct-debit-facts.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import type { directDebitDecisionWanted } from '../../../shared/events/payments.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import {
  directDebitFrom,
  directDebitPath,
  mandateFrom,
  mandatePath,
} from '../../../shared/store/direct-debits.ts';

type Deps = { readonly reads: Reads; readonly apis: ReadonlyMap<string, BankApi> };

/** Tells the bank what the customer decided, under one key however often this comes. What the bank will not do is a fact. */
export async function tellDecision(
  { reads, apis }: Deps,
  { id: idempotencyKey, data }: EventOf<typeof directDebitDecisionWanted>,
) {
  const { accountId, id, decision } = data;
  const found = await bankIdOf(reads, data);
  const api = found && apis.get(found.bank);
  if (!found || !api) throw new PermanentError('direct-debit.not-found', { accountId, id });
  // Where it does not answer this throws, and the same call is made again: what it did is done once for the key.
  const decided = await api.decide(decision, found.bankId, idempotencyKey);
  if (decided.kind === 'taken') return [];
  const { reason } = decided;
  return [draft(directDebitDecisionRefused, { subject: id, data: { ...data, reason } })];
}

async function bankIdOf(
  reads: Reads,
  { accountId, id, decision }: EventOf<typeof directDebitDecisionWanted>['data'],
): Promise<{ readonly bank: string; readonly bankId: string } | undefined> {
  if (decision === 'block' || decision === 'unblock') {
    const mandate = mandateFrom(await readOne(reads, mandatePath(accountId, id)));
    return mandate && { bank: mandate.bank, bankId: mandate.bankMandateId };
  }
  const collection = directDebitFrom(await readOne(reads, directDebitPath(accountId, id)));
  return collection && { bank: collection.bank, bankId: collection.bankCollectionId };
}
