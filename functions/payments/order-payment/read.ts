import type { Account } from '../../../shared/domain/account.ts';
import type { Payment } from '../../../shared/domain/payment.ts';
import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { accountOwnedBy } from '../../../shared/runtime/own-account.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { paymentFrom, paymentPath } from '../../../shared/store/payments.ts';

/** The payment, if it is from an account of the caller's; else nobody can tell whether there is one. */
export async function ownPayment(
  reads: Reads,
  { params, uid }: Pick<Request, 'params' | 'uid'>,
): Promise<{ document: Stored; payment: Payment; account: Account }> {
  const document = await readOne(reads, paymentPath(params.paymentId ?? ''));
  const payment = paymentFrom(document);
  const account = payment && (await accountOwnedBy(reads, payment.accountId, uid));
  if (!account) throw new PublicError(404, 'payment.not-found');
  return { document, payment, account };
}
