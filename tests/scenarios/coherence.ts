import { match } from 'path-to-regexp';
import { vi } from 'vitest';
import fetchMissedEvents from '../../functions/bank/fetch-missed-events/function.ts';
import receiveBankWebhook from '../../functions/bank/receive-bank-webhook/function.ts';
import reconcileAccounts from '../../functions/ledger/reconcile-accounts/function.ts';
import { registry } from '../../functions/registry.ts';
import { createApi } from '../../sandbox-bank/api.ts';
import { openBank } from '../../sandbox-bank/bank.ts';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import { type Faults as BankFaults, faultsSchema } from '../../sandbox-bank/faults.ts';
import type { Drift } from '../../shared/domain/drift.ts';
import type { Faults } from '../../shared/platform/memory.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { RequestFunction } from '../../shared/runtime/declared.ts';
import type { Answer } from '../../shared/runtime/problem.ts';
import { balanceFrom } from '../../shared/store/balances.ts';
import type { Fields } from '../../shared/store/document.ts';
import { driftFrom } from '../../shared/store/drifts.ts';
import { aBody, aRequest, CONFIG, signedHeaders } from '../../shared/testing/builders.ts';
import { aWorld, balancesIn, type Weather } from '../../shared/testing/world.ts';

const BANK = 'http://bank.test';
const TRIES_MAX = 100;

/** The sandbox bank with its books and its API, and all of Counterfoil in memory, by one clock that is moved. */
export function aBankAndItsMirror({
  seed = 1,
  config = {},
  faults = {},
  weather = {},
  observed,
}: {
  seed?: number;
  config?: Record<string, string>;
  /** What goes wrong with functions’ own store, and with their messages. */
  faults?: Faults;
  weather?: Partial<Weather>;
  /** What each process makes of its platform. */
  observed?: (platform: Platform) => Platform;
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
  const deliveries = { faults: faultsSchema.parse({}), pending: 0, met: {} };
  const api = createApi({ bank, deliveries });
  const open = (stored: ReadonlyMap<string, Fields>, changed: Record<string, string> = {}) =>
    aWorld({
      ...{ seed, stored, faults, weather, functions: registry.map(({ fn }) => fn), env: { now } },
      config: { ...CONFIG, SANDBOX_API_URL: BANK, DAY_ACCOUNTS: '500', ...config, ...changed },
      ...(observed && { observed }),
    });
  let world = open(new Map());
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) =>
    api.request(url.slice(BANK.length), init),
  );

  return {
    now,
    bank,
    get store() {
      return world.store;
    },
    get world() {
      return world;
    },
    /** Goes on with what is stored, or with these documents, in new processes, without all that was ever published. */
    restart(stored = world.documents(), changed: Record<string, string> = {}): void {
      world = open(stored, changed);
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
    /** What goes wrong at the bank from now on. */
    goesWrong: (bankFaults: Partial<BankFaults>) => bank.mishaps.begin(faultsSchema.parse(bankFaults)),
    /** What was kept back, since this was last asked. */
    told: () => told.splice(0),
    async deliver(...events: readonly BankEvent[]): Promise<void> {
      if (events.length === 0) return;
      const rawBody = aBody(...events);
      const headers = signedHeaders(rawBody, { at: now() });
      // As the bank does: again until it is taken.
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const request = aRequest('POST', '/webhooks/sandbox', '', { headers, rawBody });
        const answer = await world.ask(receiveBankWebhook, request).catch(() => undefined);
        if (answer?.status === 202) return;
      }
      throw new Error('the webhook is never taken');
    },
    fetchMissed: () => world.tick(fetchMissedEvents, now().toISOString()),
    reconcile: () => world.tick(reconcileAccounts, now().toISOString()),
    async booked(accountId: string): Promise<bigint> {
      return balanceFrom(balancesIn(world.documents(), accountId), 'DKK').booked;
    },
    async tick(name: string): Promise<void> {
      const found = registry.find(({ fn }) => fn.name === name)?.fn;
      if (found?.trigger !== 'schedule') throw new Error(`${name} is no schedule`);
      await world.tick(found, now().toISOString());
    },
    /** A customer's request, and all that follows from it. */
    async request(
      uid: string,
      route: string,
      { body, key }: { body?: object; key?: string } = {},
    ): Promise<Answer> {
      const [method = '', path = ''] = route.split(' ');
      const headers = key === undefined ? {} : { 'idempotency-key': key };
      const rawBody = Buffer.from(body === undefined ? '' : JSON.stringify(body));
      return world.ask(whoAnswers(route), aRequest(method, path, uid, { headers, rawBody }));
    },
    atBank: (accountId: string) => bank.ledger.bookedMinor(accountId),
    async drifts(): Promise<Drift[]> {
      const found = await world.store.query({ collection: 'drift' });
      return found.flatMap((document) => driftFrom(document) ?? []);
    },
  };
}

/** The function that answers this request, as in `GET /v1/accounts/acct-1`. */
export function whoAnswers(request: string): RequestFunction {
  const [method = '', path = ''] = request.split(' ');
  const functions = registry.flatMap(({ fn }) => (fn.trigger === 'request' ? [fn] : []));
  const found = functions.find(({ routes }) => routes.some((each) => isOf(each, method, path)));
  if (!found) throw new Error(`nobody answers ${request}`);
  return found;
}

function isOf(route: string, method: string, path: string): boolean {
  const [theirs = '', pattern = ''] = route.split(' ');
  return theirs === method && match(pattern)(path.split('?')[0] ?? '') !== false;
}
