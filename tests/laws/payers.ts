import type { RawRequest } from '../../shared/runtime/declared.ts';
import type { Answer } from '../../shared/runtime/problem.ts';
import { aRequest } from '../../shared/testing/builders.ts';
import { type Order, PAYER } from './orders.ts';

const BO = { name: 'Bo Holm', iban: 'DK5000400440116243' };
const STRANGER = 'uid-bo';

/** What customers were told of their payments, which binds us. */
export type Promised = {
  /** By payment id: what was answered 202, in minor units. */
  readonly taken: Map<string, number>;
  readonly cancelled: Set<string>;
  /** What a key was answered that contradicts what it was for. */
  readonly contradictions: string[];
};

type Ask = (name: string, request: RawRequest, answered: (answer: Answer | undefined) => void) => void;

/** Customers who order, again until they are answered, cancel, and order what is not theirs. */
export function thePayers({
  accounts,
  draw,
  ask,
  strangerWasAnswered,
}: {
  accounts: { readonly payer: string; readonly savings: string };
  draw: (limit: number) => number;
  ask: Ask;
  strangerWasAnswered: (status: number) => void;
}) {
  const promised: Promised = { taken: new Map(), cancelled: new Set(), contradictions: [] };
  const idOf = new Map<string, string>();

  return { promised, place };

  function place(orders: readonly Order[]): void {
    for (const order of orders) {
      const { how, amountMinor } = order;
      if (how === 'stranger') pay(order, amountMinor, STRANGER);
      else pay(order, amountMinor);
      if (how === 'twice') pay(order, amountMinor);
      if (how === 'altered') pay(order, amountMinor + 1);
    }
  }

  function pay(order: Order, amountMinor: number, uid = PAYER): void {
    const body = {
      accountId: accounts.payer,
      amount: { amountMinor: String(amountMinor), currency: 'DKK' },
      creditor: order.to === 'own' && uid === PAYER ? { accountId: accounts.savings } : BO,
    };
    untilAnswered('POST', '/v1/payments', uid, { key: order.key, body }, (answer) => {
      if (uid === STRANGER) return strangerWasAnswered(answer.status);
      if (answer.status === 202) took(order, amountMinor, answer.body as Payment);
    });
  }

  function took({ key, how }: Order, amountMinor: number, { id, amount }: Payment): void {
    const isNew = !idOf.has(key);
    if (amount.amountMinor !== String(amountMinor) || (idOf.get(key) ?? id) !== id)
      promised.contradictions.push(`${key} for ${amountMinor} was answered ${id} of ${amount.amountMinor}`);
    idOf.set(key, id);
    promised.taken.set(id, Number(amount.amountMinor));
    if (!isNew) return;
    if (how === 'cancelled') cancel(id, key);
    if (draw(4) === 3) pry(id, key);
  }

  function cancel(id: string, key: string): void {
    untilAnswered('POST', `/v1/payments/${id}/cancellation`, PAYER, { key, body: {} }, ({ status }) => {
      if (status === 200) promised.cancelled.add(id);
    });
  }

  /** Somebody got hold of its id. */
  function pry(id: string, key: string): void {
    const path = `/v1/payments/${id}`;
    untilAnswered('GET', path, STRANGER, {}, ({ status }) => strangerWasAnswered(status));
    untilAnswered('POST', `${path}/cancellation`, STRANGER, { key, body: {} }, ({ status }) =>
      strangerWasAnswered(status),
    );
  }

  /** As an app does: under the same key, until it knows. */
  function untilAnswered(
    method: string,
    path: string,
    uid: string,
    { key, body }: { key?: string; body?: object },
    answered: (answer: Answer) => void,
  ): void {
    const request = aRequest(method, path, uid, {
      headers: key === undefined ? {} : { 'idempotency-key': key },
      rawBody: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    });
    ask('order-payment', request, (answer) => {
      const { code } = (answer?.body ?? {}) as { code?: string };
      const isKnown = answer && answer.status < 500 && code !== 'idempotency-key.in-flight';
      if (isKnown) answered(answer);
      else untilAnswered(method, path, uid, { key, body } as { key?: string; body?: object }, answered);
    });
  }
}

type Payment = { readonly id: string; readonly amount: { readonly amountMinor: string } };
