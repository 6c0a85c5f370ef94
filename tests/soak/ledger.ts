import type { Stack } from '../../local/stack.ts';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import type { BankPayment, ExpectedPayment } from './compare-payments.ts';
import { type BankAnswer, type ExpectedAccount, expectedAccount } from './expected.ts';
import { each, get } from './http.ts';
import type { Ordered } from './orders.ts';

/** What the bank says of each account, by its API. */
export async function ledgerOf(
  stack: Stack,
  accountIds: readonly string[],
  links: ReadonlyMap<string, string>,
) {
  const accounts: ExpectedAccount[] = [];
  const told: string[] = [];
  for (const accountId of accountIds) {
    const url = `${stack.bank}/accounts/${accountId}`;
    const events: BankEvent[] = [];
    let after: string | undefined;
    do {
      const from = after === undefined ? '' : `&after=${after}`;
      const page = await get<{ items: BankEvent[]; nextAfter?: string }>(`${url}/events?limit=500${from}`);
      events.push(...page.items);
      after = page.nextAfter;
    } while (after !== undefined);
    accounts.push(expectedAccount(await get<BankAnswer>(url), events, links));
    told.push(...events.map(({ id }) => id));
  }
  return { accounts, told };
}

/** What the bank has under the id of each payment. */
export async function paymentsAtBank(stack: Stack, ordered: readonly Ordered[]): Promise<ExpectedPayment[]> {
  const payments: ExpectedPayment[] = [];
  await each([...ordered.entries()], async ([n, payment]) => {
    const url = `${stack.bank}/payments?reference=${payment.id}`;
    payments[n] = { ...payment, atBank: (await get<{ items: BankPayment[] }>(url)).items };
  });
  return payments;
}
