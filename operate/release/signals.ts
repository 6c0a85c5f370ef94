import type { DeclaredFunction } from '../../shared/runtime/declared.ts';

/** What is compared: how many of all calls were bad, of the new revision and of the one before. */
export type Signal = {
  readonly name: string;
  /** After "3 of 60 calls". */
  readonly words: string;
  readonly bad: Selector;
  readonly all: Selector;
  /** Worse is more than twice the share of the revision before, and this much on top of it. */
  readonly margin: number;
  /** So few may be chance. */
  readonly least: number;
};

/** What is counted of a metric; of a histogram, those that took longer than so many seconds. */
export type Selector = { readonly metric: string; readonly labels?: string; readonly slowerThan?: number };

const REQUESTS = 'http_server_request_duration_seconds';
const EVENTS = 'messaging_process_duration_seconds';
const RUNS = 'counterfoil_schedule_run_duration_seconds';
const COMPARISONS = 'counterfoil_comparisons_total';

/** All calls of a function, whatever came of them. */
export function callsOf(fn: DeclaredFunction): Selector {
  const metric = { request: REQUESTS, event: EVENTS, schedule: RUNS }[fn.trigger];
  return { metric: `${metric}_count` };
}

/** What its revisions are compared by. Money is less patient than time: what is parked needs no share on top. */
export function signalsOf(fn: DeclaredFunction): Signal[] {
  const all = callsOf(fn);
  const failed = {
    request: 'http_response_status_code=~"5.."',
    event: 'outcome="failed"',
    schedule: 'outcome="failed"',
  };
  const errors = {
    name: 'errors',
    words: 'failed',
    bad: { ...all, labels: failed[fn.trigger] },
    all,
    margin: 0.01,
    least: 3,
  };
  const latency = {
    name: 'latency',
    words: 'took over a second',
    bad: { metric: all.metric.replace(/_count$/, ''), slowerThan: 1 },
    all,
    margin: 0.05,
    least: 5,
  };
  if (fn.trigger !== 'event') return [errors, latency];
  const parked = (reason: string) => ({ ...all, labels: `outcome="parked",${reason}` });
  return [
    errors,
    latency,
    {
      name: 'parked',
      words: 'were parked',
      // What came before its account is redriven by itself, whichever revision had it.
      bad: parked('reason!~"account[.]not-opened|event[.]conflict|fact[.]conflict"'),
      all,
      margin: 0,
      least: 2,
    },
    {
      name: 'conflicts',
      words: 'contradicted what was handled before',
      bad: parked('reason=~"event[.]conflict|fact[.]conflict"'),
      all,
      margin: 0,
      least: 2,
    },
  ];
}

/** Whoever caused it: what is not as the bank has it, and did not heal. It is compared with the hour before. */
export const DRIFT: Signal = {
  name: 'drift',
  words: 'accounts were not as the bank has them',
  bad: { metric: COMPARISONS, labels: 'outcome="drift",recheck="true"' },
  all: { metric: COMPARISONS, labels: 'outcome!="unknown"' },
  margin: 0,
  least: 2,
};
