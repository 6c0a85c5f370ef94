import type { Stack } from '../../local/stack.ts';
import { answered } from './asking.ts';
import { type Difference, unequal } from './difference.ts';
import type { Customer } from './driving.ts';
import { each, get, send } from './http.ts';
import type { Order, Ordered } from './orders.ts';
import { tick } from './settling.ts';

export type Payer = {
  /** Customers order what they do after this step of the life. */
  after(step: number): Promise<void>;
  /** Resolves once every request has its answer. */
  done(): Promise<void>;
  readonly ordered: readonly Ordered[];
  readonly counts: { refused: number; cancelled: number; tooLate: number; recalled: number };
  /** Answers that no such request may have. */
  readonly differences: readonly Difference[];
};

const BO = { name: 'Bo Holm', iban: 'DK5000400440116243' };
const WAGES_MINOR = '3000000';
const LATER_MS = 30 * 86_400_000;
const ORDERS_AT_ONCE = 6;
const TICK_EVERY = 200;
const LOOK_EVERY_MS = 500;
const LOOKS_MAX = 100;
const UNDER_WAY = ['requested', 'submitting', 'submitted', 'pending', 'settling', 'held'];

/** Customers who pay over the apps' API, with their wages on each account that pays. */
export async function startPaying(
  stack: Stack,
  orders: readonly Order[],
  customers: readonly Customer[],
  accountIds: readonly string[],
): Promise<Payer> {
  const left = [...orders.entries()];
  const ordering = new Set<Promise<void>>();
  const following: Promise<void>[] = [];
  const failures: unknown[] = [];
  const ordered: Ordered[] = [];
  const counts = { refused: 0, cancelled: 0, tooLate: 0, recalled: 0 };
  const differences: Difference[] = [];

  await each([...new Set(orders.map(({ account }) => account))], async (account) => {
    const wages = { direction: 'credit', amountMinor: WAGES_MINOR, pending: false, remittance: 'Wages' };
    await send(`${stack.bank}/accounts/${accountIds[account]}/transfers`, 'POST', wages);
  });

  return {
    ...{ ordered, counts, differences },
    async after(step) {
      if (step % TICK_EVERY === TICK_EVERY - 1) following.push(tick(stack));
      for (let next = left[0]; next && next[1].atStep <= step; next = left[0]) {
        left.shift();
        if (ordering.size >= ORDERS_AT_ONCE) await Promise.race(ordering);
        const [n, order] = next;
        const asked = place(`pay-${n}`, order)
          .catch((error: unknown) => void failures.push(error))
          .finally(() => ordering.delete(asked));
        ordering.add(asked);
      }
      if (failures.length > 0) throw failures[0];
    },
    async done() {
      await Promise.all(ordering);
      await Promise.all(following);
      if (failures.length > 0) throw failures[0];
    },
  };

  async function place(key: string, { kind, account, ownAccount, customer: n, body }: Order): Promise<void> {
    const { idToken = '' } = customers[n] ?? {};
    const accountId = accountIds[account] ?? '';
    const creditor = ownAccount === undefined ? BO : { accountId: accountIds[ownAccount] };
    const later = new Date(Date.now() + LATER_MS).toISOString().slice(0, 10);
    const order = {
      ...{ ...body, accountId, creditor },
      ...(kind === 'for-later' && { requestedExecutionDate: later }),
    };
    const once = () => answered(stack, '/v1/payments', { idToken, key }, order);
    const answers = await Promise.all(kind === 'doubled' ? [once(), once()] : [once()]);
    const ids = new Set(answers.flatMap(({ status, body: { id } }) => (status === 202 && id ? [id] : [])));
    if (ids.size > 1) expect(key, 'payments under one key', 1, ids.size);
    const [id] = ids;
    if (id === undefined || kind === 'too-much') {
      counts.refused += 1;
      return expect(key, `answer to an order (${kind})`, 422, answers[0]?.status);
    }
    const payment = { id, accountId, amountMinor: body.amount.amountMinor, isCancelled: false };
    ordered.push(payment);
    if (kind === 'reused') {
      const other = { ...order, amount: { ...body.amount, amountMinor: `${body.amount.amountMinor}0` } };
      const { status } = await answered(stack, '/v1/payments', { idToken, key }, other);
      expect(key, 'answer to its key for another order', 422, status);
    }
    if (kind === 'cancelled') await cancel(payment, idToken);
    if (kind === 'for-later' && !(await cancel(payment, idToken)))
      expect(key, 'answer to its cancellation', 200, 409);
    if (kind === 'recalled')
      following.push(recall(id, idToken).catch((error: unknown) => void failures.push(error)));
  }

  /** Whether it came before the bank. */
  async function cancel(payment: Ordered, idToken: string): Promise<boolean> {
    const path = `/v1/payments/${payment.id}/cancellation`;
    const { status } = await answered(stack, path, { idToken, key: `cancel-${payment.id}` }, {});
    if (status !== 409) expect(payment.id, 'answer to its cancellation', 200, status);
    payment.isCancelled = status === 200;
    counts[payment.isCancelled ? 'cancelled' : 'tooLate'] += 1;
    return payment.isCancelled;
  }

  /** Waits until it is sent, or nobody knows whether it is; what was not, or came back already, cannot be recalled. */
  async function recall(id: string, idToken: string): Promise<void> {
    const url = `${stack.api}/v1/payments/${id}`;
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const { state } = await get<{ state: string }>(url, idToken).catch(() => ({ state: 'requested' }));
      if (!UNDER_WAY.includes(state)) break;
      await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));
    }
    const wish = { reason: 'customer-request' };
    const { status } = await answered(
      stack,
      `/v1/payments/${id}/recall`,
      { idToken, key: `recall-${id}` },
      wish,
    );
    if (status === 202) counts.recalled += 1;
    else expect(id, 'answer to its recall', 409, status);
  }

  function expect(where: string, what: string, must: unknown, is: unknown): void {
    differences.push(...unequal(where, what, must, is));
  }
}
