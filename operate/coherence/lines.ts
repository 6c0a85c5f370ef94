import { DRIFT_STATES } from '../../shared/domain/drift.ts';
import { columns, moneyText } from '../text.ts';
import type { Coherence } from './read.ts';

export function summaryLines({ accounts, lists, round, counts, unsettled }: Coherence, now: Date): string[] {
  const [all, them] = accounts === 1n ? ['1 account', 'it'] : [`${accounts} accounts`, 'them'];
  const ago = (at: string) => durationOf((now.getTime() - Date.parse(at)) / 1000);
  return [
    ...lists.map(({ bank, list }) => {
      if (!list) return `  ${bank}: its list of events was never read`;
      const read = list.fetchedUntil
        ? `was read ${ago(list.fetchedAt)} ago, up to ${list.fetchedUntil} by its clock`
        : `is being read for the first time, last ${ago(list.fetchedAt)} ago`;
      const rest = list.unfinished ? `; it goes on from ${list.unfinished.after}` : '';
      return `  ${bank}: its list of events ${read}${rest}`;
    }),
    round
      ? `  ${all}: the round through ${them} began ${ago(round.startedAt)} ago${
          round.lastSeconds === undefined
            ? ''
            : `; the last one took ${durationOf(Number(round.lastSeconds))}`
        }`
      : `  ${all}: no round through ${them} has begun`,
    '',
    ...columns([
      ['cause', ...DRIFT_STATES],
      ...counts.map(({ cause, states }) => [
        cause,
        ...DRIFT_STATES.map((state) => `${states.get(state) ?? 0n}`),
      ]),
    ]).map((line) => `  ${line}`),
    ...(round && unsettled.length === 0
      ? [
          '',
          round.lastSeconds === undefined
            ? '  nothing differs so far: the first round is under way.'
            : NOTHING,
        ]
      : []),
  ];
}

const NOTHING = '  nothing differs.';

export function driftLines({ unsettled }: Coherence): string[] {
  if (unsettled.length === 0) return [NOTHING];
  const rows = unsettled.map((drift) => [
    drift.id,
    drift.cause,
    drift.state,
    moneyText(drift.amountMinor, drift.currency),
    drift.accountId,
    drift.entry,
    drift.firstSeenAt,
    Object.entries(drift.evidence)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ]);
  const head = ['id', 'cause', 'state', 'bank has more', 'account', 'entry', 'since', 'evidence'];
  return columns([head, ...rows]).map((line) => `  ${line}`);
}

/** As in `40 s`, `12 min`, `3 h`. */
function durationOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
