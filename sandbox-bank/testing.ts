import { createApi, reopen } from './api.ts';
import { openBank } from './bank.ts';
import type { BankEvent } from './events.ts';
import { faultsSchema } from './faults.ts';
import { type Entry, keptBank } from './journal.ts';

export type Body = Record<string, unknown>;
export type TestBank = Awaited<ReturnType<typeof aBank>>;

/** A bank of a counted clock and counted ids, opened anew or from what an earlier one wrote down. */
export async function aBank(entries: readonly Entry[] = []) {
  const told: BankEvent[] = [];
  const world = { now: new Date('2026-02-28T09:30:00.000Z'), drawn: 0 };
  const bank = openBank({
    now: () => world.now,
    newId: (prefix) => `${prefix}_${++world.drawn}`,
    onEvent: (event) => told.push(event),
  });
  const api = createApi({ bank, deliveries: { faults: faultsSchema.parse({}), pending: 0, met: {} } });
  await reopen({ bank, api, entries });
  return { bank, told, world, get, post, ask, figures, expireDue: bank.expireDue };

  async function get(path: string): Promise<Body> {
    return (await ask('GET', path)).body;
  }

  async function post(path: string, body: object = {}, key?: string): Promise<Body> {
    return (await ask('POST', path, body, key)).body;
  }

  async function ask(method: string, path: string, body?: object, key?: string) {
    const headers: Record<string, string> = key ? { 'idempotency-key': key } : {};
    const answer = await api.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  async function figures(accountId: string): Promise<[booked: unknown, held: unknown]> {
    const { bookedMinor, heldMinor } = await get(`/accounts/${accountId}`);
    return [bookedMinor, heldMinor];
  }
}

/** The same bank, from what was kept of it in a file. */
export async function aBankLike({ bank, world }: TestBank): Promise<TestBank> {
  const file = JSON.stringify({ entries: bank.journal.entries, unacknowledged: [] });
  const again = await aBank(keptBank.parse(JSON.parse(file)).entries);
  again.world.now = world.now;
  return again;
}

/** An account in DKK, and nothing told yet but its opening. */
export async function anAccount({ post }: TestBank): Promise<string> {
  return String((await post('/accounts', { ownerRefs: ['uid_anna'], currency: 'DKK' })).accountId);
}

/** All that can be seen of a bank from outside. */
export async function seenOf({ bank, told, get }: TestBank) {
  const accounts = [...new Set(told.map((event) => event.accountId))];
  const days = [...new Set(told.map((event) => event.occurredAt.slice(0, 10)))];
  const payments = [
    ...new Set(told.flatMap(({ data }) => ('paymentId' in data ? (data.paymentId ?? []) : []))),
  ];
  const paths = [
    '/_sandbox/clock',
    '/events?limit=500',
    ...accounts.flatMap((id) => [`/accounts/${id}`, `/accounts/${id}/events?limit=500`]),
    ...accounts.flatMap((id) => days.map((day) => `/accounts/${id}/statements/${day}`)),
    ...Array.from({ length: 8 }, (_, n) => `/payments?idempotencyKey=key-${n}`),
    ...payments.map((id) => `/payments/${id}`),
  ];
  return { told, entries: bank.ledger.entries, answers: await Promise.all(paths.map(get)) };
}
