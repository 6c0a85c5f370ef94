import type * as z from 'zod';
import type { Account, Accounts } from './accounts.ts';
import { danishIban } from './ibans.ts';
import type * as requests from './payment-requests.ts';
import { Problem, wrongField } from './problem.ts';

/** Who is paid, and the account, where it is one of this bank. */
export interface Creditor {
  party: { name: string; iban?: string | undefined };
  account?: Account | undefined;
}

/** Finds out who is paid, or refuses an account of this bank that cannot be. */
export function creditorOf(
  accounts: Accounts,
  debtor: Account,
  asked: z.output<typeof requests.creditor>,
): Creditor {
  if (!('accountId' in asked)) {
    const iban = 'iban' in asked ? asked.iban : danishIban(asked.accountNumber);
    return { party: asked, account: payable(debtor, accounts.withIban(iban), 'creditor') };
  }
  const account = payable(debtor, accounts.find(asked.accountId), 'creditor/accountId');
  if (!account) throw wrongField('creditor/accountId', 'is no account of this bank');
  return { party: partyOf(account), account };
}

/** The account's holder, as the other side of a transfer sees them. */
export function partyOf({ holderName, iban }: Account) {
  return { name: holderName ?? 'Account holder', iban };
}

/** 422 while it is ordered, 409 when the order stands and only the account has gone. */
export function refuseClosed(account: Account | undefined, status: 422 | 409): void {
  if (account?.status === 'closed')
    throw new Problem(status, 'creditor-account-closed', "The creditor's account is closed.");
}

function payable(debtor: Account, account: Account | undefined, field: string): Account | undefined {
  if (account === debtor) throw wrongField(field, 'is the account that pays');
  if (account && account.currency !== debtor.currency)
    throw wrongField(field, `is an account in ${account.currency}`);
  return account;
}
