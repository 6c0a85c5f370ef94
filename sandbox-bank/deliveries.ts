import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Told } from './events.ts';
import { type Faults, faultsSchema } from './faults.ts';
import { type Plan, planner } from './plans.ts';
import { post } from './post.ts';

/** One signed POST, sent until it is answered with 2xx. `failures` counts the tries so far. */
interface Delivery {
  id: string;
  body: string;
  owedIds: string[];
  signer: Webhook;
  dropped: boolean;
  skewed: boolean;
  failures: number;
}

const inFlightMax = 20;
const collectMs = 5;
const retry = { firstMs: 200, maxMs: 10_000 };

/**
 * Tells one subscriber what happened, by Standard Webhooks, at least once and in no particular order. It keeps only
 * what has not been acknowledged, and after it stopped can still say which events those are.
 */
export class Deliveries {
  readonly #subscriberUrl: string;
  readonly #signers: [Webhook, ...Webhook[]];
  #faults: Faults = faultsSchema.parse({});
  #nextPlan: () => Plan;
  #collected: Told[] = [];
  #collecting: NodeJS.Timeout | undefined;
  // A set keeps the order of insertion and gives up its first at once, where a long array would move all the rest.
  readonly #ready = new Set<Delivery>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  readonly #inFlight = new Map<Promise<void>, AbortController>();
  readonly #unacknowledged = new Set<string>();
  readonly #met = {
    deliveries: 0,
    duplicated: 0,
    retold: 0,
    reordered: 0,
    dropped: 0,
    lost: 0,
    silenced: 0,
    skewed: 0,
    refused: 0,
  };
  #pending = 0;
  #stopped = false;

  /** `secrets` are `whsec_...` in base64; the subscriber must know them all. */
  constructor(options: { subscriberUrl: string; secrets: string[] }) {
    this.#subscriberUrl = new URL(options.subscriberUrl).href;
    const [first, ...others] = options.secrets.map((secret) => new Webhook(secret));
    if (!first) throw new Error('a signing secret is needed');
    this.#signers = [first, ...others];
    this.#nextPlan = planner(this.#faults, this.#signers.length);
  }

  /** Takes an event and returns at once. While the bank is silent the event is lost for good. */
  send(event: Told): void {
    const ids = owedIdsOf([event]);
    if (this.#faults.silent) {
      this.#met.silenced += ids.length;
      return;
    }
    this.#owe(ids);
    this.#collected.push(event);
    if (this.#collected.length >= this.#faults.batch) this.#dispatch();
    else this.#collecting ??= setTimeout(() => this.#dispatch(), collectMs);
  }

  /** How many events are still to be acknowledged; an event that is also sent as a duplicate counts twice. */
  get pending(): number {
    return this.#pending;
  }

  /** The ids of the events that were acknowledged in no delivery yet. */
  get unacknowledged(): string[] {
    return [...this.#unacknowledged];
  }

  /** How many deliveries there were, how many met each fault, how many events were silenced, and how many tries refused. */
  get met(): Readonly<Record<string, number>> {
    return { ...this.#met };
  }

  get faults(): Faults {
    return this.#faults;
  }

  /** Begins a new sequence of faults. What is on its way keeps its plan, but its retries tell the time by the new clock. */
  set faults(faults: Faults) {
    this.#dispatch();
    this.#faults = faults;
    this.#nextPlan = planner(faults, this.#signers.length);
    this.#sendReady(); // what waited for the end of a silence
  }

  /** Ends promptly: gives up what waits, and cuts what is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#collecting);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#ready.clear();
    for (const controller of this.#inFlight.values()) controller.abort();
    await Promise.all(this.#inFlight.keys());
  }

  #dispatch(): void {
    clearTimeout(this.#collecting);
    this.#collecting = undefined;
    const events = this.#collected.splice(0);
    if (events.length === 0) return;

    const plan = this.#nextPlan();
    const signer = this.#signers[plan.secretIndex] ?? this.#signers[0];
    const { dropped, skewed, waitMs, duplicateAfterMs, retellAfterMs } = plan;
    this.#count(plan);
    if (plan.lost) {
      this.#settle(owedIdsOf(events));
      return;
    }
    this.#enqueue({ ...contentsOf(events), signer, failures: 0, dropped, skewed }, waitMs);
    const again = (same: Told[], afterMs: number) => {
      this.#owe(owedIdsOf(same));
      const delivery = { ...contentsOf(same), signer, failures: 0, dropped: false, skewed: false };
      this.#enqueue(delivery, waitMs + afterMs);
    };
    if (duplicateAfterMs !== undefined) again(events, duplicateAfterMs);
    if (retellAfterMs !== undefined) again(events.map(retold), retellAfterMs);
  }

  #owe(ids: string[]): void {
    this.#pending += ids.length;
    for (const id of ids) this.#unacknowledged.add(id);
  }

  /** They are told, as far as the bank is concerned. */
  #settle(ids: string[]): void {
    this.#pending -= ids.length;
    for (const id of ids) this.#unacknowledged.delete(id);
  }

  #count({ lost, dropped, reordered, skewed, duplicateAfterMs, retellAfterMs }: Plan): void {
    this.#met.deliveries += 1;
    if (lost) {
      this.#met.lost += 1;
      return;
    }
    if (duplicateAfterMs !== undefined) this.#met.duplicated += 1;
    if (retellAfterMs !== undefined) this.#met.retold += 1;
    if (reordered) this.#met.reordered += 1;
    if (dropped) this.#met.dropped += 1;
    if (skewed && this.#faults.skewSeconds !== 0) this.#met.skewed += 1;
  }

  #enqueue(delivery: Delivery, waitMs: number): void {
    if (this.#stopped) return;
    const dueMs = waitMs + untilBurstMs(waitMs, this.#faults.burstMs);
    if (dueMs > 0) {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        this.#due(delivery);
      }, dueMs);
      this.#waiting.add(timer);
    } else this.#due(delivery);
  }

  #due(delivery: Delivery): void {
    this.#ready.add(delivery);
    this.#sendReady();
  }

  #sendReady(): void {
    if (this.#faults.silent) return;
    for (const delivery of this.#ready) {
      if (this.#inFlight.size >= inFlightMax) return;
      this.#ready.delete(delivery);
      const controller = new AbortController();
      const attempt = this.#attempt(delivery, controller).finally(() => {
        this.#inFlight.delete(attempt);
        this.#sendReady();
      });
      this.#inFlight.set(attempt, controller);
    }
  }

  async #attempt(delivery: Delivery, controller: AbortController): Promise<void> {
    const signed = { ...delivery, at: this.#clockFor(delivery) };
    const acknowledged = !delivery.dropped && (await post(this.#subscriberUrl, signed, controller));
    if (!acknowledged && !delivery.dropped) this.#met.refused += 1;
    delivery.dropped = false;
    if (acknowledged) return this.#settle(delivery.owedIds);
    delivery.failures += 1;
    this.#enqueue(delivery, backoffMs(delivery.failures));
  }

  /** The real time, since the subscriber checks it against its own, and not the bank's, which can be moved. */
  #clockFor(delivery: Delivery): Date {
    const { skewSeconds, skewShare } = this.#faults;
    const isSkewed = skewShare === 1 || (delivery.skewed && delivery.failures === 0);
    return new Date(Date.now() + (isSkewed ? skewSeconds * 1000 : 0));
  }
}

/** Doubles from 200 ms to 10 s, give or take a quarter, so that an outage does not end in one great wave. */
function backoffMs(failures: number): number {
  const baseMs = Math.min(retry.firstMs * 2 ** (failures - 1), retry.maxMs);
  return baseMs * (0.75 + Math.random() / 2);
}

/** From when something is due to the end of its interval by the clock, which all that are due in it wait for. */
function untilBurstMs(waitMs: number, everyMs: number): number {
  return everyMs === 0 ? 0 : everyMs - ((Date.now() + waitMs) % everyMs);
}

function contentsOf(events: Told[]): Pick<Delivery, 'id' | 'body' | 'owedIds'> {
  return { id: newMessageId(), body: JSON.stringify({ events }), owedIds: owedIdsOf(events) };
}

/** Nobody waits for a heartbeat, and none is told by the next bank: the subscriber is owed all but those. */
function owedIdsOf(events: Told[]): string[] {
  return events.filter(({ type }) => type !== 'bank.heartbeat').map(({ id }) => id);
}

/** The same once more, under an event id that follows from the first: as from a bank that lost track of what it told. */
function retold<E extends Told>(event: E): E {
  return { ...event, id: `${event.id}_again` };
}

function newMessageId(): string {
  return `msg_${randomBytes(12).toString('hex')}`;
}
