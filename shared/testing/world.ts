import type { Event, Topic } from '../events/event.ts';
import { type Faults, memoryCloud, type OnCall } from '../platform/memory.ts';
import type { Message, Platform } from '../platform/platform.ts';
import {
  type Config,
  type DeclaredFunction,
  type EventFunction,
  type RawRequest,
  type RequestFunction,
  type ScheduleFunction,
  subscriptionOf,
} from '../runtime/declared.ts';
import type { Env } from '../runtime/env.ts';
import type { Answer } from '../runtime/problem.ts';
import type { Fields, Stored, Value } from '../store/document.ts';
import { anEnv, eventIn, NOW } from './builders.ts';
import { eachCall } from './each-call.ts';

/** How unkind the delivery of messages is. */
export type Weather = {
  /** Messages are handled in any order; else in the order of publishing. */
  readonly reorders: boolean;
  /** How many deliveries are under way at once. */
  readonly concurrency: number;
  /** How often, of 1, an acknowledgement is lost, so that the message comes again. */
  readonly redelivers: number;
  /** After so many tries Pub/Sub gives a message up to the dead letters. */
  readonly attemptsMax: number;
};

const CALM: Weather = { reorders: false, concurrency: 1, redelivers: 0, attemptsMax: 5 };
export const STORMY: Weather = { reorders: true, concurrency: 4, redelivers: 0.1, attemptsMax: 1000 };

/** Everything at once that a network and machines do, rarely enough that work gets done. */
export const ALL_FAULTS: Faults = {
  crashBefore: 0.02,
  crashAfter: 0.02,
  lostAnswer: 0.02,
  clientRetry: 0.02,
  unavailable: 0.02,
  conflict: 0.02,
};

/** The store and topics that a world stands on: memory, or the emulators. */
export type Ground = {
  /** One process's view; where the ground can, it tells of each call. */
  instance(onCall?: OnCall): Platform;
  random(limit: number): number;
  onPublish(listener: (topic: Topic, message: Message) => void): void;
  /** Lets everything else have its turn. */
  turn(): Promise<unknown>;
};

type Settings = {
  readonly functions: readonly DeclaredFunction[];
  /** Another release of the same functions: a new process is of the one or of the other. */
  readonly beside?: readonly DeclaredFunction[];
  readonly ground?: Ground;
  readonly weather?: Partial<Weather>;
  readonly config?: Readonly<Record<string, string>>;
  readonly env?: Partial<Env>;
  /** What each process makes of its platform. */
  readonly observed?: (platform: Platform) => Platform;
};

/** What was published; read only where somebody asks. */
class Published {
  readonly topic: Topic;
  readonly message: Message;

  constructor(topic: Topic, message: Message) {
    this.topic = topic;
    this.message = message;
  }

  get event(): Event {
    return eventIn(this.message);
  }
}

/** A message as a topic holds it. */
type Delivery = { readonly message: Message; readonly publishTime: string };
/** Something that is to be done, whenever its turn comes. */
type Pending = () => Promise<void>;
type Runs<Run> = Pick<DeclaredFunction, 'name' | 'config'> & { start(env: Env, config: Config): Run };
/** One process of a function. A crash ends it, and whatever it had under way. */
type Process<Run> = { readonly name: string; readonly run: Run; isAlive(): boolean };

const STEPS_MAX = 100_000;
const PROCESSES_MAX = 2; // of one function, at once

/**
 * Functions as a platform runs them: what is published goes to every function that subscribes to it, each
 * delivery to a process that may crash. Who is handled when is the ground's `random`, so a seed repeats a run.
 */
export function aWorldOn(
  ground: Ground,
  { functions, beside = [], weather, config = {}, env, observed = (own) => own }: Omit<Settings, 'ground'>,
) {
  const { reorders, concurrency, redelivers, attemptsMax } = { ...CALM, ...weather };
  const subscribed = functions.filter((fn): fn is EventFunction => fn.trigger === 'event');
  const pending: Pending[] = [];
  const steps: (() => string)[] = [];
  const failures: Error[] = [];
  const published: Published[] = [];
  const processes = new Map<string, Process<unknown>[]>();
  let underWay = 0;
  let started = 0;
  let handlings = 0;
  let routed = 0;

  ground.onPublish((topic, message) => {
    published.push(new Published(topic, message));
    route(topic, message);
  });

  return {
    /** Each step: which function took which event, the how-manieth time, which faults it met, and how it ended. */
    steps: (): readonly string[] => steps.map((step) => step()),
    /** Puts what somebody else did among the steps. */
    note: (done: string): void => {
      steps.push(() => done);
    },
    /** How often a function was handed something. */
    handled: () => handlings,
    /** What handlers threw, apart from crashes. */
    failures: failures as readonly Error[],
    /** What functions published. */
    published: published as readonly Published[],
    events: (topic: Topic) => published.filter((each) => each.topic === topic).map(({ event }) => event),
    deliver,
    /** A function's answer to a request, once all that follows from it is done. */
    async ask(fn: RequestFunction, request: RawRequest): Promise<Answer> {
      const answer = await processOf(fn).run(request);
      await rest();
      return answer;
    },
    async tick(fn: ScheduleFunction, tick: string): Promise<void> {
      await processOf(fn).run(tick);
      await rest();
    },
    /** The message among all that is to be done; `rest` has it done. */
    route,
    /** The request likewise. Answered is undefined where its process crashed. */
    request(fn: RequestFunction, request: RawRequest, answered: (answer: Answer | undefined) => void): void {
      pending.push(async () => {
        const process = processOf(fn);
        const answer = await process.run(request).catch(() => undefined);
        const status = process.isAlive() ? (answer?.status ?? 'failed') : 'crashed';
        steps.push(() => `${process.name} ${request.method} ${request.url}: ${status}`);
        answered(process.isAlive() ? answer : undefined);
      });
    },
    /** And a schedule's tick, which nobody repeats. */
    schedule(fn: ScheduleFunction, tick: string): void {
      pending.push(async () => {
        const process = processOf(fn);
        const failure = await process.run(tick).then(
          () => undefined,
          (error: Error) => error,
        );
        if (failure && process.isAlive()) failures.push(failure);
        steps.push(() => `${process.name} tick ${tick}: ${failure?.message ?? 'done'}`);
      });
    },
    /** Waits until nothing is left to do. */
    rest,
  };

  /** Puts these into the topic, in this order, and waits until nothing is left to do. */
  async function deliver(topic: Topic, ...messages: readonly Message[]): Promise<void> {
    for (const message of messages) route(topic, message);
    await rest();
  }

  function route(topic: Topic, message: Message): void {
    routed += 1;
    const delivery = { message, publishTime: new Date(NOW.getTime() + routed).toISOString() };
    for (const fn of subscribed) {
      const wanted = (message.attributes.type ?? '').startsWith(fn.prefix ?? '');
      if (fn.on[0].topic === topic && wanted) pending.push(() => handle(fn, delivery, 1));
    }
  }

  async function rest(): Promise<void> {
    for (let step = 0; pending.length > 0 || underWay > 0; step += 1) {
      if (step > STEPS_MAX) throw new Error(`the world does not come to rest: ${steps.slice(-5).join('; ')}`);
      const next = underWay < concurrency ? take() : undefined;
      if (next) void begin(next);
      await ground.turn();
    }
  }

  function take(): Pending | undefined {
    const [next] = pending.splice(reorders ? ground.random(Math.max(1, pending.length)) : 0, 1);
    return next;
  }

  function onCall(process: string): OnCall {
    return (call, about, ended) =>
      steps.push(() => `  ${process} ${call} ${about()}${ended === 'well' ? '' : `: ${ended}`}`);
  }

  async function begin(next: Pending): Promise<void> {
    underWay += 1;
    handlings += 1;
    await next();
    underWay -= 1;
  }

  async function handle(fn: EventFunction, delivery: Delivery, attempt: number): Promise<void> {
    const { message } = delivery;
    const process = processOf(fn);
    const failure = await process.run(message).then(
      () => undefined,
      (error: Error) => error,
    );
    if (failure && process.isAlive()) failures.push(failure);
    const outcome = process.isAlive() ? (failure?.message ?? 'acknowledged') : 'crashed';
    steps.push(() => `${process.name} ${nameOf(message)} try ${attempt}: ${outcome}`);
    const again = outcome !== 'acknowledged' || strikes(redelivers);
    // What cannot even be parked stays where it is: that subscription has no dead letters of its own.
    const isGivenUp = attempt >= attemptsMax && fn.on[0].topic !== 'dead-letters';
    if (again && !isGivenUp) pending.push(() => handle(fn, delivery, attempt + 1));
    else if (again && outcome !== 'acknowledged') route('dead-letters', givenUp(fn, delivery, attempt));
  }

  function strikes(share: number): boolean {
    return share > 0 && ground.random(1_000_000) >= (1 - share) * 1_000_000;
  }

  /** A living process of the function: one that is there already, or a new one. */
  function processOf<Run>(fn: Runs<Run>): Process<Run> {
    const living = (processes.get(fn.name) ?? []).filter((process) => process.isAlive());
    const chosen = living[ground.random(PROCESSES_MAX)] ?? startProcess(fn);
    processes.set(fn.name, living.includes(chosen) ? living : [...living, chosen]);
    return chosen as Process<Run>;
  }

  function startProcess<Run>(declared: Runs<Run>): Process<Run> {
    started += 1;
    const other = beside.find(({ name }) => name === declared.name) as Runs<unknown> as Runs<Run> | undefined;
    const fn = other && ground.random(2) === 1 ? other : declared;
    const name = `${fn.name}#${started}${fn === other ? ' (other release)' : ''}`;
    let alive = true;
    const platform = watched(ground.instance(onCall(name)), () => {
      alive = false;
    });
    const yields = async () => {
      for (let turns = ground.random(5); turns > 0; turns -= 1) await ground.turn();
    };
    const run = fn.start(
      anEnv({ platform: observed(platform), sleep: yields, ...env }),
      fn.config.parse(config),
    );
    return { name, run, isAlive: () => alive };
  }
}

/** A world in memory, from a seed. */
export function aWorld({
  seed = 1,
  faults = {},
  stored = new Map(),
  ...settings
}: Omit<Settings, 'ground'> & { seed?: number; faults?: Faults; stored?: ReadonlyMap<string, Fields> }) {
  const cloud = memoryCloud({ seed, faults, stored });
  const world = aWorldOn({ ...cloud, turn: async () => {} }, settings);
  return {
    ...world,
    documents: cloud.documents,
    state: () => stateOf(cloud.documents()),
    /** One more process's view of the store, to look into it or to prepare it. */
    store: cloud.instance(),
  };
}

/**
 * What must be the same whatever the order: all documents, without the inbox and what was parked and redriven, which
 * tell of the way and not of the end; without `_arrival` and `parkedAt`, the fields that name it; and without figures
 * of zero, since a balance that came back to zero is as one that was never touched. A parked message has a trace of its
 * own.
 */
export function stateOf(documents: ReadonlyMap<string, Fields>): Record<string, Fields> {
  const kept = [...documents]
    .filter(([path]) => !path.startsWith('inbox/'))
    .filter(([path, { state }]) => !(path.startsWith('parked/') && state === 'redriven'))
    .filter(([path, fields]) => !path.includes('/balances/') || Object.keys(withoutZeros(fields)).length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    kept.map(([path, { _arrival, parkedAt, ...fields }]) => {
      if (path.includes('/balances/')) return [path, withoutZeros(fields)];
      if (!path.startsWith('parked/')) return [path, fields];
      const { bytes, attributes, traceparent, ...parked } = fields;
      return [path, parked];
    }),
  );
}

/** An account's balances, as a query of them would find them. */
export function balancesIn(documents: ReadonlyMap<string, Fields>, accountId = 'acct-1'): Stored[] {
  return [...documents]
    .filter(([path]) => path.startsWith(`accounts/${accountId}/balances/`))
    .map(([path, fields]) => ({ path, fields, version: undefined }));
}

function withoutZeros(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, value]) => [name, isMap(value) ? withoutZeros(value) : value] as const)
      .filter(([, value]) => value !== 0n && !(isMap(value) && Object.keys(value).length === 0)),
  );
}

function isMap(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null;
}

function nameOf(message: Message): string {
  try {
    const { type, id, data } = eventIn(message);
    // The id of a parked message follows from its bytes, and they hold a random trace.
    return type === 'message.parked' ? `${type} ${(data as { reason?: string }).reason}` : `${type} ${id}`;
  } catch {
    return 'unreadable';
  }
}

/** As Pub/Sub forwards a message that was not acknowledged in all its attempts. */
function givenUp(fn: EventFunction, { message, publishTime }: Delivery, attempts: number): Message {
  return {
    data: message.data,
    attributes: {
      ...message.attributes,
      CloudPubSubDeadLetterSourceSubscription: subscriptionOf(fn).name,
      CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
      CloudPubSubDeadLetterSourceTopicPublishTime: publishTime,
    },
  };
}

/** The platform, telling when its process has crashed. */
function watched(platform: Platform, onCrash: () => void): Platform {
  return eachCall(
    platform,
    (_name, call) =>
      (...args) =>
        call(...args).catch((error: unknown) => {
          if (error instanceof Error && error.message === 'crashed') onCrash();
          throw error;
        }),
  );
}
