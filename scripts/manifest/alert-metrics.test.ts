import { createNoopMeter, type Meter } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import receiveBankWebhook from '../../functions/bank/receive-bank-webhook/function.ts';
import expireHolds from '../../functions/cards/expire-holds/function.ts';
import serveNotifications from '../../functions/notifications/serve-notifications/function.ts';
import resolveUnknownPayments from '../../functions/payments/resolve-unknown-payments/function.ts';
import { registry } from '../../functions/registry.ts';
import { recorded } from '../../infra/alerts/recorded.ts';
import type { Payment } from '../../shared/domain/payment.ts';
import { comparisonWanted } from '../../shared/events/coherence.ts';
import { measuresOf } from '../../shared/runtime/measures.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { noTelemetry } from '../../shared/runtime/telemetry.ts';
import { paymentPath, writePayment } from '../../shared/store/payments.ts';
import {
  aBody,
  aMessage,
  aRequest,
  aWireEvent,
  signedHeaders,
  WEBHOOK_SECRETS,
} from '../../shared/testing/builders.ts';
import { aPushService } from '../../shared/testing/push-service.ts';
import { aWorld } from '../../shared/testing/world.ts';
import { prometheusRules } from './alerts.ts';

/** Each metric by its name in Prometheus, and each of its labels with the values that were seen. */
type Metrics = Map<string, Map<string, Set<string>>>;

/**
 * A meter that notes what is measured as Prometheus names it: dots are underscores, the unit and the type follow.
 * Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
function noting(metrics: Metrics): Meter {
  const underscored = (name: string) => name.replaceAll('.', '_');
  const note = (name: string) => {
    const labels = metrics.get(name) ?? new Map<string, Set<string>>();
    metrics.set(name, labels);
    return (_value: number, told: object = {}) => {
      for (const [label, value] of Object.entries(told)) {
        const values = labels.get(underscored(label)) ?? new Set();
        labels.set(underscored(label), values.add(String(value)));
      }
    };
  };
  return Object.assign(createNoopMeter(), {
    createHistogram: (name: string, { unit }: { unit?: string } = {}) => {
      expect(unit).toBe('s');
      return { record: note(`${underscored(name)}_seconds`) };
    },
    createCounter: (name: string) => ({ add: note(`${underscored(name)}_total`) }),
  });
}

const BANK = 'http://bank.test';

/** A bank that has something else than we have, and lists nothing of it. */
function bankAnswers(url: string): Response {
  const asOf = '2026-11-23T10:00:00Z';
  if (url.includes('acct-elsewhere')) return new Response('', { status: 404 });
  if (url.includes('/payments')) {
    const said = { paymentId: 'p', status: 'ACSC', statusAt: asOf };
    return Response.json({ items: [said] });
  }
  if (url.includes('/events')) return Response.json({ items: [], asOf });
  return Response.json({ bookedMinor: '7', currency: 'DKK', asOf });
}

/** Released an hour ago, and not heard of since. */
const UNKNOWN: Payment = {
  ...{ id: 'pay_1', customerId: 'uid-ann', accountId: 'acct-1', bank: 'sandbox', scheme: 'domestic' },
  amount: { amountMinor: 100n, currency: 'DKK' },
  creditor: { name: 'Bo', iban: 'DK5000400440116243' },
  ...{ endToEndId: 'pay.1', orderedAt: '2026-11-23T09:00:00.000Z', executesOn: '2026-11-23', words: {} },
  steps: [{ state: 'submitting', at: '2026-11-23T09:00:00.000Z', cause: 'evt-1' }],
};

const made = writePayment({ path: paymentPath('pay_1'), fields: undefined, version: undefined }, UNKNOWN);
const stored = 'fields' in made ? made.fields : {};

let metrics: Metrics;

beforeAll(async () => {
  const phones = aPushService();
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) =>
    url.startsWith(BANK) ? bankAnswers(url) : phones.fetch(url, init),
  );
  metrics = new Map();
  const measures = measuresOf(noting(metrics));
  const telemetry = {
    ...noTelemetry,
    measures,
    observed: (platform: Parameters<typeof noTelemetry.observed>[0]) =>
      observed(platform, { ...noTelemetry, measures }),
  };
  const world = aWorld({
    functions: registry.map(({ fn }) => fn),
    config: { ...WEBHOOK_SECRETS, SANDBOX_API_URL: BANK },
    env: { telemetry },
    stored: new Map([[paymentPath('pay_1'), stored]]),
    observed: telemetry.observed,
    weather: { redelivers: 0.3, attemptsMax: 100 },
    faults: { conflict: 0.05, unavailable: 0.05 },
  });
  const put = (path: string, body: object) => {
    const rawBody = Buffer.from(JSON.stringify(body));
    const headers = { 'content-type': 'application/json' };
    return world.ask(serveNotifications, aRequest('PUT', path, 'uid-ann', { headers, rawBody }));
  };
  const post = (rawBody: Buffer, headers: Record<string, string>) =>
    world.ask(receiveBankWebhook, aRequest('POST', '/webhooks/sandbox', '', { headers, rawBody }));
  const tell = (...events: object[]) => post(aBody(...events), signedHeaders(aBody(...events)));

  await put('/v1/devices/phone', { fcmToken: 'token-1', locale: 'da-DK' });
  await post(aBody(), {});
  await tell(aWireEvent('card.authorisation-created', { authorisationId: 'auth-0' }, { id: 'evt-early' }));
  await tell(aWireEvent('account.opened', { ownerRefs: ['uid-ann'], currency: 'DKK', iban: 'DK1' }));
  const booked = (id: string, amountMinor: string) =>
    aWireEvent('transaction.booked', { transactionId: 'tx-1', amountMinor }, { id });
  await tell(booked('evt-1', '100'), booked('evt-2', '200'), aWireEvent('account.unheard-of'));
  await tell(booked('evt-1', '300'));
  const wishes = { timeZone: 'UTC', quietHours: { from: '09:00', to: '11:00' } };
  await put('/v1/preferences', { ...wishes, push: { spending: true, income: true, declined: false } });
  await tell(aWireEvent('card.authorisation-created', { authorisationId: 'auth-1' }, { id: 'evt-3' }));
  await tell(aWireEvent('card.authorisation-declined', { authorisationId: 'auth-2' }, { id: 'evt-4' }));
  await world.tick(expireHolds, '2026-11-23T10:00');
  await world.tick(resolveUnknownPayments, '2026-11-23T10:00');
  const data = { bank: 'sandbox', accountIds: ['acct-1', 'acct-elsewhere'], isRecheck: true };
  const wanted = { type: comparisonWanted.type, subject: 'sandbox', id: 'wanted-1', data };
  await world.deliver('coherence', aMessage([comparisonWanted], wanted));
});

afterAll(() => void vi.unstubAllGlobals());

const rules = prometheusRules(registry);
const METRIC = /\b((?!counterfoil:)(?:http|messaging|counterfoil)_\w+?)(?:_bucket|_count)?\{/g;

test('what is recorded is of metrics that functions measure, and of all of them', () => {
  const asked = new Set(recorded.flatMap(({ expr }) => [...expr.matchAll(METRIC)].map(([, name]) => name)));
  expect([...asked].sort()).toEqual([...metrics.keys()].sort());
});

test('and by labels that they have', () => {
  for (const { record, expr } of recorded) {
    const [, name = ''] = expr.match(new RegExp(METRIC.source)) ?? [];
    const labels = metrics.get(name);
    if (!labels) continue;
    const by = expr.match(/sum by \(([^)]*)\)/)?.[1]?.split(', ') ?? [];
    const known = [...labels.keys(), 'function'];
    expect(
      by.filter((label) => !known.includes(label)),
      record,
    ).toEqual([]);
  }
});

test('each outcome and reason that an alert asks for, and each operation with a price, is one that happens', () => {
  const seen = [...metrics.values()].flatMap((labels) => [...labels.values()].flatMap((each) => [...each]));
  const asked = [...rules.matchAll(/\b(?:outcome|reason)(?:=~|!~|!=|=)"([^"]*)"/g)].flatMap(
    ([, values = '']) => values.replaceAll('[.]', '.').split('|'),
  );
  expect(asked.length).toBeGreaterThan(10);
  expect([...new Set(asked)].filter((value) => !seen.includes(value))).toEqual([]);
  const priced = recorded.flatMap(({ labels }) => labels?.operation ?? []);
  expect(priced).toEqual([...(metrics.get('counterfoil_firestore_documents_total')?.get('operation') ?? [])]);
});
