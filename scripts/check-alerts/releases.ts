import { registry } from '../../functions/registry.ts';
import type { Recorded } from '../../infra/alerts/recorded.ts';
import { ofAll, ofRevision } from '../../operate/release/metrics.ts';
import { callsOf, DRIFT, type Selector, signalsOf } from '../../operate/release/signals.ts';

// What its series are of: ten minutes after a second revision was made.
const SECONDS = 600;
const SINCE = 3600;

/** What a release asks of one function of each kind, as rules that can be tried on series. */
export const askedByReleases: readonly Recorded[] = [
  ...['record-transaction', 'serve-accounts', 'expire-holds'].flatMap(askedOf),
  { record: 'release:drift:before', expr: ofAll(DRIFT.bad, SINCE, SECONDS) },
  { record: 'release:drift:since', expr: ofAll(DRIFT.bad, SECONDS) },
  { record: 'release:compared:since', expr: ofAll(DRIFT.all, SECONDS) },
];

function askedOf(name: string): Recorded[] {
  const fn = registry.map((entry) => entry.fn).find((each) => each.name === name);
  if (!fn) throw new Error(`there is no ${name}`);
  const rule = (what: string, selector: Selector): Recorded => ({
    record: `release:${name.replaceAll('-', '_')}:${what}`,
    expr: ofRevision(selector, name, `${name}-00002`, SECONDS),
  });
  return [rule('calls', callsOf(fn)), ...signalsOf(fn).map((signal) => rule(signal.name, signal.bad))];
}
