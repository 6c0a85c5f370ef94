import { createNoopMeter, type Meter } from '@opentelemetry/api';

export type Measures = ReturnType<typeof measuresOf>;

// From a warm read to a cold start that nobody waits for.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
// From what is under way to what waited for a repair.
const AGES = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86_400];

/** All that a process counts and times, in OpenTelemetry's own names where there are any; labels are codes, never ids. */
export function measuresOf(meter: Meter = createNoopMeter()) {
  const seconds = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit: 's', description, advice: { explicitBucketBoundaries } });
  const count = (name: string, description: string) => meter.createCounter(name, { unit: '1', description });
  return {
    /** By `http.route` and `http.response.status_code`. */
    requests: seconds('http.server.request.duration', 'How long requests took.', SECONDS),
    /** By `event_type` and `outcome`: done, repeated (the inbox had it), ignored, parked with its `reason`, failed. */
    events: seconds('messaging.process.duration', 'How long events took to handle.', SECONDS),
    /** By `outcome`. */
    runs: seconds('counterfoil.schedule.run.duration', 'How long ticks of schedules took.', SECONDS),
    /** By `event_type`: from the publishing of an event to when it is handled. */
    eventAge: seconds('counterfoil.event.age', 'How old events were when they were handled.', AGES),
    /** By `code`: commits that were refused, and decided again. */
    conflicts: count('counterfoil.commit.conflicts', 'Commits that were refused because of others.'),
    /** By `bank`: from the bank's signing of a delivery to its arrival here. */
    webhookAge: seconds('counterfoil.webhook.age', 'How old deliveries were when they arrived.', AGES),
    /** By `outcome`: delivered, or why the push service was not asked or did not take it. */
    pushes: count('counterfoil.pushes', 'Pushes that went out, or never will.'),
    /** From when it occurred, by the bank's clock, to when the push service took it. */
    pushAge: seconds('counterfoil.push.age', 'How old news was when phones were told.', AGES),
    /** By `event_type`. */
    published: count('counterfoil.events.published', 'Events that were published.'),
    /** By `bank`, `recheck` (something was wrong before) and `outcome`: coherent, on-its-way, drift, unknown. */
    comparisons: count('counterfoil.comparisons', 'Accounts that were compared with their bank.'),
    /**
     * By `bank`, `outcome` (found, asked-again, not-received, unanswered) and `late`: whether nobody knew for a quarter of
     * an hour what became of the payment.
     */
    inquiries: count('counterfoil.inquiries', 'Payments whose bank was asked what became of them.'),
    /** By `operation`: read, write. */
    documents: count('counterfoil.firestore.documents', 'Documents that Firestore charges for.'),
  };
}
