import type { Account } from '../domain/account.ts';
import type { Creditor } from '../domain/payment.ts';
import { PublicError } from '../errors.ts';
import type { Reads } from '../platform/platform.ts';
import { accountFrom, accountPath } from '../store/accounts.ts';
import type { Instruction } from './payment-request.ts';

/** The account that is to pay, if it is the caller's, can, and is another than the one that is paid. */
export async function payingAccount(
  reads: Reads,
  uid: string,
  { accountId, creditor, amount }: Pick<Instruction, 'accountId' | 'creditor' | 'amount'>,
): Promise<Account> {
  const other = 'accountId' in creditor ? [creditor.accountId] : [];
  const documents = await reads.get([accountId, ...other].map(accountPath));
  const [account, paid] = documents.map((document) => {
    const found = accountFrom(document);
    // To say that it exists would already tell something about another customer.
    if (!found?.ownerIds.includes(uid)) throw new PublicError(404, 'account.not-found');
    if (found.status !== 'open') throw new PublicError(422, `account.${found.status}`);
    if (found.currency !== amount.currency)
      throw new PublicError(422, 'payment.currency', 'The amount is not in the account’s currency.');
    return found;
  });
  if (!account) throw new PublicError(404, 'account.not-found');
  if (paid?.id === account.id || isSame(creditor, account))
    throw new PublicError(422, 'payment.same-account', 'The account that pays is the one that is paid.');
  if (paid && paid.bank !== account.bank)
    throw new PublicError(422, 'payment.scheme', 'An account at another bank is paid by its IBAN.');
  return account;
}

function isSame(creditor: Creditor, { iban }: Account): boolean {
  return 'iban' in creditor && creditor.iban === iban?.replaceAll(' ', '');
}
