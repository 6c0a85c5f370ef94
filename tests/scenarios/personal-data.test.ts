import { AsyncLocalStorage } from 'node:async_hooks';
import { createNoopMeter, type Meter, type Span } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import receiveBankWebhook from '../../functions/bank/receive-bank-webhook/function.ts';
import serveNotifications from '../../functions/notifications/serve-notifications/function.ts';
import { registry } from '../../functions/registry.ts';
import { openLog } from '../../shared/runtime/log.ts';
import { measuresOf } from '../../shared/runtime/measures.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { noTelemetry, type Telemetry } from '../../shared/runtime/telemetry.ts';
import { aBody, aRequest, aWireEvent, CONFIG, signedHeaders } from '../../shared/testing/builders.ts';
import { aPushService } from '../../shared/testing/push-service.ts';
import { aWorld } from '../../shared/testing/world.ts';

vi.mock('pino', { spy: true });
afterEach(() => void vi.unstubAllGlobals());

const MARK = 'Mrk7f3a';
const IBAN = 'DK5000400440116243';
const TOKEN = `token-${MARK}`;

/** A log and telemetry as they are deployed, and all that they tell. */
async function told() {
  const lines: string[] = [];
  const real = await vi.importActual<{ pino: typeof pino }>('pino');
  const stream = { write: (line: string) => void lines.push(line) };
  vi.mocked(pino).mockImplementationOnce(((options: object) =>
    real.pino(options, stream)) as unknown as typeof pino);
  const log = openLog({ project: 'demo-counterfoil', function: 'any', revision: 'r1' });

  const spans = new InMemorySpanExporter();
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  const current = new AsyncLocalStorage<Span>();
  const measures = measuresOf(noting(lines));
  const tracer = tracers.getTracer('test');
  const telemetry: Telemetry = {
    ...noTelemetry,
    tracer,
    measures,
    within: (span, act) => current.run(span, act),
    current: () => current.getStore() ?? noTelemetry.current(),
    observed: (platform) => observed(platform, { tracer, measures, current: () => current.getStore() }),
  };
  const all = () => {
    const shown = spans.getFinishedSpans().map(({ name, attributes, events, status, links }) => {
      return JSON.stringify({ name, attributes, events, status, links });
    });
    return [...lines, ...shown].join('\n');
  };
  return { log, telemetry, all };
}

/** A meter that writes down every label. */
function noting(lines: string[]): Meter {
  const note = (name: string) => (_value: number, labels: object) =>
    void lines.push(JSON.stringify([name, labels]));
  const meter = createNoopMeter();
  return Object.assign(meter, {
    createHistogram: (name: string) => ({ record: note(name) }),
    createCounter: (name: string) => ({ add: note(name) }),
  });
}

test('no name, number, text or token of anybody’s stands in a log line, a span, a label or an answer', async () => {
  const service = aPushService();
  vi.stubGlobal('fetch', service.fetch);
  const { log, telemetry, all } = await told();
  const functions = registry.map(({ fn }) => fn);
  const world = aWorld({
    functions,
    config: CONFIG,
    env: { log, telemetry },
    observed: telemetry.observed,
  });
  const answers: string[] = [];
  const put = async (body: string) => {
    const request = aRequest('PUT', '/v1/devices/phone', 'uid-ann', {
      headers: { 'content-type': 'application/json' },
      rawBody: Buffer.from(body),
    });
    answers.push(JSON.stringify((await world.ask(serveNotifications, request)).body ?? ''));
  };
  const tell = async (...events: object[]) => {
    const rawBody = aBody(...events);
    const request = aRequest('POST', '/webhooks/sandbox', '', { headers: signedHeaders(rawBody), rawBody });
    const { status, body } = await world.ask(receiveBankWebhook, request);
    answers.push(JSON.stringify([status, body]));
  };

  await put(JSON.stringify({ fcmToken: TOKEN, locale: 'da-DK' }));
  await tell(aWireEvent('account.opened', { ownerRefs: ['uid-ann'], currency: 'DKK', iban: IBAN }));
  const merchant = { name: `Kaffebar ${MARK}`, mcc: '5814', country: 'DK' };
  const counterparty = { name: `Ann ${MARK}`, iban: IBAN };
  await tell(
    aWireEvent('card.authorisation-created', { authorisationId: 'auth-1', merchant }),
    aWireEvent('transaction.booked', { transactionId: 'tx-1', counterparty, remittance: `Rent ${MARK}` }),
    // What cannot be read, and what is refused.
    aWireEvent(`account.${MARK}`, { note: IBAN }, { id: 'evt-unknown' }),
    aWireEvent('transaction.booked', { amount: `${IBAN} ${MARK}` }, { id: 'evt-invalid' }),
  );
  await put(`{"fcmToken": "${MARK}", "locale": 7}`);
  await put(`{ ${MARK}`);

  const text = all();
  // It was there: a push went out, and something was parked.
  expect(service.calls.length).toBeGreaterThan(0);
  for (const part of [
    'record-transaction card.authorisation-created',
    'firestore commit',
    'handled',
    'counterfoil.pushes',
  ])
    expect(text).toContain(part);
  expect(answers.length).toBe(5);
  for (const secret of [MARK, IBAN, TOKEN, 'uid-ann']) {
    expect(text.includes(secret), `${secret} is told`).toBe(false);
    expect(answers.join('\n').includes(secret), `${secret} is answered`).toBe(false);
  }
});
