import { type Bill, dollarsPerMillion, NOTHING } from '../../scripts/bench/bill.ts';
import { counted } from './promql.ts';

export type Recorded = {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
};

// service.namespace and service.name become one label. Others may send metrics of OpenTelemetry's own names as well.
// Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1
const OURS = 'job=~"counterfoil/.+"';

/**
 * How often something happened in five minutes, over all instances. `increase()` would not do: it misses what an
 * instance counted before it sent anything for the first time, and where instances come and go with the work that is
 * most of it. The identity of an instance is its process's, so no counter starts anew and its highest value is its last.
 * An instance may be frozen, or Prometheus away, for an hour; after more it is taken for a new one.
 */
function increase(metric: string, by: string, labels = ''): string {
  const series = `${metric}{${[OURS, labels].filter(Boolean).join(',')}}`;
  return `sum by (${by}) (label_replace(
  max_over_time(${series}[5m]) - last_over_time(${series}[1h] offset 5m)
  or
  max_over_time(${series}[5m]),
  "function", "$1", "job", "counterfoil/(.+)"
))`;
}

/** How many took, or were, longer than so many seconds: a bound of the histogram's. */
function slower(metric: string, by: string, seconds: number): string {
  // Who scrapes a collector may see "30.0" where Prometheus' own receiver writes "30".
  return `${increase(`${metric}_count`, by)}
-
${increase(`${metric}_bucket`, by, `le=~"${seconds}([.]0)?"`)}`;
}

const REQUESTS = 'http_server_request_duration_seconds';
const EVENTS = 'messaging_process_duration_seconds';
const EVENT_AGE = 'counterfoil_event_age_seconds';
const WEBHOOK_AGE = 'counterfoil_webhook_age_seconds';
const PUSH_AGE = 'counterfoil_push_age_seconds';
const PRICE = 'counterfoil:dollars_per_million_documents';

/** What the alerts are made of: per function and not per instance, and small enough to be summed over days. */
export const recorded: readonly Recorded[] = [
  fact('requests', increase(`${REQUESTS}_count`, 'function, http_response_status_code, reason')),
  fact('requests_slow', slower(REQUESTS, 'function', 1)),
  fact('events', increase(`${EVENTS}_count`, 'function, event_type, outcome, reason')),
  fact('events_late', slower(EVENT_AGE, 'function', 30)),
  fact('published', increase('counterfoil_events_published_total', 'function, event_type')),
  fact('runs', increase('counterfoil_schedule_run_duration_seconds_count', 'function, outcome')),
  fact('conflicts', increase('counterfoil_commit_conflicts_total', 'function')),
  fact('documents', increase('counterfoil_firestore_documents_total', 'function, operation')),
  fact('deliveries', increase(`${WEBHOOK_AGE}_count`, 'bank')),
  fact('comparisons', increase('counterfoil_comparisons_total', 'bank, outcome, recheck')),
  fact('inquiries', increase('counterfoil_inquiries_total', 'bank, outcome, late')),
  fact('deliveries_late', slower(WEBHOOK_AGE, 'bank', 30)),
  fact('pushes', increase('counterfoil_pushes_total', 'function, outcome')),
  fact('pushes_late', slower(PUSH_AGE, 'function', 300)),
  // Of a delivery that it understands otherwise, translate-delivery parks what it cannot read, and says no reason.
  fact(
    'parked',
    `sum by (function, reason) (${counted('events', 'outcome="parked",function!="translate-delivery"')})
or
sum by (function) (${counted('published', 'event_type="message.parked",function="translate-delivery"')})`,
  ),
  price('read', { ...NOTHING, reads: 1 }),
  price('write', { ...NOTHING, writes: 1 }),
  {
    record: 'counterfoil:documents_per_event:ratio1h',
    expr: `sum by (function, operation) (sum_over_time(${counted('documents')}[1h]))
/ on (function) group_left
sum by (function) (sum_over_time(${counted('events', 'outcome="done"')}[1h]))`,
  },
  {
    record: 'counterfoil:dollars_per_million_events:ratio1h',
    expr: `sum by (function) (
  counterfoil:documents_per_event:ratio1h * on (operation) group_left ${PRICE}
)`,
  },
];

function fact(what: string, expr: string): Recorded {
  return { record: counted(what), expr };
}

/** Of a million documents, by the list. */
function price(operation: string, bill: Bill): Recorded {
  const dollars = Number(dollarsPerMillion(bill).toPrecision(6));
  return { record: PRICE, expr: `vector(${dollars})`, labels: { operation } };
}
