import { vi } from 'vitest';
import fetchMissedEvents from '../../functions/bank/fetch-missed-events/function.ts';
import receiveBankWebhook from '../../functions/bank/receive-bank-webhook/function.ts';
import reconcileAccounts from '../../functions/ledger/reconcile-accounts/function.ts';
import { registry } from '../../functions/registry.ts';
import { createApi } from '../../sandbox-bank/api.ts';
import { openBank } from '../../sandbox-bank/bank.ts';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import type { Drift } from '../../shared/domain/drift.ts';
import { balanceFrom, balancesOf } from '../../shared/store/balances.ts';
import type { Fields } from '../../shared/store/document.ts';
import { driftFrom } from '../../shared/store/drifts.ts';
import { aBody, aRequest, CONFIG, signedHeaders } from '../../shared/testing/builders.ts';
import { aWorld } from '../../shared/testing/world.ts';

const BANK = 'http://bank.test';

/** The sandbox bank with its books and its API, and all of Counterfoil in memory, by one clock that is moved. */
export function aBankAndItsMirror({
  seed = 1,
  config = {},
}: {
  seed?: number;
  config?: Record<string, string>;
} = {}) {
  let nowMs = Date.parse('2026-11-23T10:00:00.000Z');
  const now = () => new Date(nowMs);
  let ids = 0;
  const newId = (prefix: string) => {
    ids += 1;
    return `${prefix}_${String(ids).padStart(8, '0')}`;
  };
  const told: BankEvent[] = [];
  const bank = openBank({ onEvent: (event) => told.push(event), now, newId });
  const deliveries = { faults: {} as never, pending: 0, met: {} };
  const api = createApi({ bank, deliveries });
  const open = (stored: ReadonlyMap<string, Fields>) =>
    aWorld({
      ...{ seed, stored, functions: registry.map(({ fn }) => fn), env: { now } },
      config: { ...CONFIG, SANDBOX_API_URL: BANK, DAY_ACCOUNTS: '500', ...config },
    });
  let world = open(new Map());
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) =>
    api.request(url.slice(BANK.length), init),
  );

  return {
    now,
    get store() {
      return world.store;
    },
    get world() {
      return world;
    },
    /** Goes on with what is stored, in new processes, without all that was ever published. */
    restart(): void {
      world = open(world.documents());
    },
    passes(minutes: number): void {
      nowMs += minutes * 60_000;
    },
    /** Something that the bank's API is asked to do; what it tells of it is kept back. */
    async ask(path: string, body: object, method = 'POST'): Promise<Record<string, string>> {
      const answer = await api.request(path, { method, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Record<string, string>;
    },
    /** What was kept back, since this was last asked. */
    told: () => told.splice(0),
    async deliver(...events: readonly BankEvent[]): Promise<void> {
      if (events.length === 0) return;
      const rawBody = aBody(...events);
      const headers = signedHeaders(rawBody, { at: now() });
      await world.ask(receiveBankWebhook, aRequest('POST', '/webhooks/sandbox', '', { headers, rawBody }));
    },
    fetchMissed: () => world.tick(fetchMissedEvents, now().toISOString()),
    reconcile: () => world.tick(reconcileAccounts, now().toISOString()),
    async booked(accountId: string): Promise<bigint> {
      return balanceFrom(await world.store.query(balancesOf(accountId)), 'DKK').booked;
    },
    atBank: (accountId: string) => bank.ledger.bookedMinor(accountId),
    async drifts(): Promise<Drift[]> {
      const found = await world.store.query({ collection: 'drift' });
      return found.flatMap((document) => driftFrom(document) ?? []);
    },
  };
}
