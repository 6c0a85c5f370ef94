import type { Serving } from './serving.ts';

/** How a revision does: of each hundred calls so many are bad. */
export type Does = {
  readonly errors?: number;
  readonly slow?: number;
  readonly parked?: number;
  readonly conflicts?: number;
  /** So many of its calls end before anybody is told of them. */
  readonly lost?: number;
  /** It works, and nobody is told of it. */
  readonly uncounted?: boolean;
  /** Its process answers this to whoever calls it. */
  readonly answers?: number;
};

type Kind = 'calls' | 'errors' | 'slow' | 'parked' | 'conflicts';

const EVERY_MS = 20;
const CALLS = 20;

/** Calls that come to each service all the time, spread as its traffic is, and what Prometheus would tell of them. */
export function openTraffic(serving: Serving) {
  const doings = new Map<string, Does>();
  const counts = new Map<string, number>();
  let drifting = false;
  let compared = 0;
  let silent = false;

  function count(revision: string, all: number): void {
    const does = doings.get(revision) ?? {};
    if (does.uncounted) return;
    const calls = (all * (100 - (does.lost ?? 0))) / 100;
    const add = (kind: Kind, n: number) =>
      counts.set(`${revision} ${kind}`, (counts.get(`${revision} ${kind}`) ?? 0) + n);
    add('calls', calls);
    for (const kind of ['errors', 'slow', 'parked', 'conflicts'] as const)
      add(kind, (calls * (does[kind] ?? 0)) / 100);
  }

  const timer = setInterval(() => {
    for (const { revision, percent } of serving.shares()) count(revision, (CALLS * percent) / 100);
    if (drifting) compared += 1;
  }, EVERY_MS);

  return {
    does: (revision: string, does: Does) => doings.set(revision, does),
    drifts: () => (drifting = true),
    silence: () => (silent = true),
    close: () => clearInterval(timer),

    /** What a call at its own address comes to. */
    answer(revision: string, authorization: string | undefined, body: string): number {
      count(revision, 1);
      return doings.get(revision)?.answers ?? (authorization !== undefined && body !== '' ? 204 : 401);
    },

    /** Read from the words of a query alone: a metric, its labels, a revision. */
    told(query: string): number | undefined | 'silent' {
      if (silent) return 'silent';
      const [, revision] = /service_version="([^"]+)"/.exec(query) ?? [];
      if (query.includes('counterfoil_comparisons_total')) {
        const isBefore = /offset [0-9]+s\}?\[?/.test(query) && /\[3600s\] offset/.test(query);
        if (isBefore) return query.includes('outcome="drift"') ? 0 : 1000;
        return query.includes('outcome="drift"') ? compared : 1000;
      }
      if (revision === undefined) throw new Error(`of which revision? ${query}`);
      const value = counts.get(`${revision} ${kindOf(query)}`);
      return value === undefined ? undefined : Math.floor(value);
    },
  };
}

function kindOf(query: string): Kind {
  if (query.includes('_bucket')) return 'slow';
  if (query.includes('reason=~')) return 'conflicts';
  if (query.includes('reason!~')) return 'parked';
  if (/outcome="failed"|code=~"5\.\."/.test(query)) return 'errors';
  return 'calls';
}
