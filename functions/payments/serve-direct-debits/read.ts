import type { Collection, Mandate } from '../../../shared/domain/direct-debit.ts';
import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { ownAccount } from '../../../shared/runtime/own-account.ts';
import {
  directDebitFrom,
  directDebitPath,
  mandateFrom,
  mandatePath,
} from '../../../shared/store/direct-debits.ts';
import type { Stored } from '../../../shared/store/document.ts';

type Asked = Pick<Request, 'params' | 'uid'>;

/** The mandate of an account of the caller's, and the document that it was read from. */
export async function ownMandate(
  reads: Reads,
  { params, uid }: Asked,
): Promise<{ document: Stored; mandate: Mandate }> {
  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  const document = await readOne(reads, mandatePath(id, params.mandateId ?? ''));
  const mandate = mandateFrom(document);
  if (!mandate) throw new PublicError(404, 'mandate.not-found');
  return { document, mandate };
}

/** Likewise the direct debit. */
export async function ownDirectDebit(
  reads: Reads,
  { params, uid }: Asked,
): Promise<{ document: Stored; directDebit: Collection }> {
  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  const document = await readOne(reads, directDebitPath(id, params.directDebitId ?? ''));
  const directDebit = directDebitFrom(document);
  if (!directDebit) throw new PublicError(404, 'direct-debit.not-found');
  return { document, directDebit };
}
