import type * as z from 'zod';
import type { Desk } from './accounts.ts';
import { Problem, wrongField } from './problem.ts';
import type * as requests from './requests.ts';
import type { Transfers } from './transfers.ts';

type Request = z.output<typeof requests.payment>;

/** `status` is the ISO 20022 code of a pain.002; ACSC: settled on the debtor's side. */
interface Payment {
  paymentId: string;
  status: 'ACSC';
}

/** Payment orders: the only requests that ask whether there is money, and the only ones that must never happen twice. */
export function openPayments({ ledger, accounts, newId, transfers }: Desk & { transfers: Transfers }) {
  const byKey = new Map<string, { fingerprint: string; payment: Payment }>();

  return { order, inquire };

  /**
   * Pays at once, or refuses. The same key and order get the first answer again; the same key with another order is
   * refused. A refusal leaves the key free, so that the order can succeed once there is money.
   */
  function order(key: string, request: Request): Payment {
    const fingerprint = JSON.stringify({ ...request, amountMinor: String(request.amountMinor) });
    const known = byKey.get(key);
    if (known?.fingerprint === fingerprint) return known.payment;
    if (known)
      throw new Problem(422, 'idempotency-key-reused', 'Idempotency-Key: was used for another order.');

    refuseWhatCannotBePaid(request);
    const { accountId, currency, creditor, ...rest } = request;
    transfers.make(accountId, { ...rest, direction: 'debit', counterparty: creditor, pending: false });
    const payment: Payment = { paymentId: newId('pay'), status: 'ACSC' };
    byKey.set(key, { fingerprint, payment });
    return payment;
  }

  /** For whoever lost our answer and must not order again to find out. */
  function inquire(key: string): Payment | undefined {
    return byKey.get(key)?.payment;
  }

  function refuseWhatCannotBePaid(request: Request): void {
    const { id, status, currency } = accounts.get(request.accountId);
    if (request.currency && request.currency !== currency)
      throw wrongField('currency', `the account is in ${currency}`);
    if (status !== 'open') throw new Problem(422, `account-${status}`, `The account is ${status}.`);
    if (ledger.bookedMinor(id) - ledger.heldMinor(id) < request.amountMinor) {
      throw new Problem(422, 'insufficient-funds', 'amountMinor: is more than the account has available.');
    }
  }
}
