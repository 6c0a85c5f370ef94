import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Selector } from './signals.ts';

/** Prometheus' own API, which Cloud Monitoring has as well. It answers with a sum, or undefined where nothing was counted. */
export type Metrics = (query: string) => Promise<number | undefined>;

/** Nobody can tell how a release does, which is as bad as a bad one. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

const TIMEOUT_MS = 20_000;
const TRIES = 3;
const TOKEN_KEPT_MS = 60_000;

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })).max(1),
  }),
});

/**
 * @param url as in `http://prometheus.observability:9090`; `token` is asked for once a minute. A look is twenty queries for each
 *   function, and `gcloud`, which has the token, takes a second of a processor to say it.
 */
export function prometheus(url: string, token?: () => Promise<string>, pauseMs = 2000): Metrics {
  let kept: { readonly token: string; readonly until: number } | undefined;

  async function tokenNow(ask: () => Promise<string>): Promise<string> {
    if (!kept || kept.until < Date.now()) kept = { token: await ask(), until: Date.now() + TOKEN_KEPT_MS };
    return kept.token;
  }

  return async (query) => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await ask(url, query, token && (await tokenNow(token)));
      } catch (error) {
        if (tried === TRIES)
          throw new Unanswered(`${url} does not tell: ${(error as Error).message}`, { cause: error });
        await pause(pauseMs);
      }
    }
  };
}

async function ask(url: string, query: string, token: string | undefined): Promise<number | undefined> {
  const response = await fetch(`${url.replace(/\/$/, '')}/api/v1/query`, {
    method: 'POST',
    headers: token ? { authorization: `Bearer ${token}` } : {},
    body: new URLSearchParams({ query }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const [first] = answer.parse(await response.json()).data.result;
  return first && Number(first.value[1]);
}

/**
 * How often this happened in a window, over all instances of one revision. As for the alerts it is counted by highest
 * values, since an instance counts before it sends anything, and may be gone when somebody asks. Which revision an
 * instance is of stands in `target_info`, where OpenTelemetry puts what it knows of a process.
 */
export function ofRevision(selector: Selector, fn: string, revision: string, seconds: number): string {
  const job = `job="counterfoil/${fn}"`;
  const window = `[${Math.ceil(seconds)}s]`;
  const instances = `max by (job, instance) (max_over_time(target_info{${job},service_version="${revision}"}${window}))`;
  return counted(
    selector,
    job,
    seconds,
    (series) => `sum(\n(${series})\n* on (job, instance) group_left () ${instances}\n)`,
  );
}

/** How often it happened in a window that ended so many seconds ago, whoever did it. */
export function ofAll(selector: Selector, seconds: number, endedAgo = 0): string {
  return counted(selector, 'job=~"counterfoil/.+"', seconds, (series) => `sum(${series})`, endedAgo);
}

function counted(
  { metric, labels, slowerThan }: Selector,
  job: string,
  seconds: number,
  sum: (series: string) => string,
  endedAgo = 0,
): string {
  const total = (name: string, matchers = '') =>
    sum(
      increase(
        `${name}{${[job, labels, matchers].filter(Boolean).join(',')}}`,
        Math.ceil(seconds),
        Math.ceil(endedAgo),
      ),
    );
  if (slowerThan === undefined) return total(metric);
  // Who scrapes a collector may see "1.0" where Prometheus' own receiver writes "1".
  return `${total(`${metric}_count`)}\n-\n${total(`${metric}_bucket`, `le=~"${slowerThan}([.]0)?"`)}`;
}

/** Of each series: its highest value less what it had before the window, which within an instance only rises. */
function increase(series: string, seconds: number, endedAgo: number): string {
  const at = endedAgo > 0 ? ` offset ${endedAgo}s` : '';
  const highest = `max_over_time(${series}[${seconds}s]${at})`;
  return `${highest} - last_over_time(${series}[1h] offset ${seconds + endedAgo}s)\nor\n${highest}`;
}
