import { DRIFT_STATES } from '../../shared/domain/drift.ts';
import { columns, moneyText } from '../text.ts';
import type { Coherence } from './read.ts';

export function summaryLines({ accounts, lists, round, counts }: Coherence, now: Date): string[] {
  const ago = (at: string) => durationOf((now.getTime() - Date.parse(at)) / 1000);
  return [
    ...lists.map(({ bank, list }) => {
      if (!list) return `  ${bank}: its list of events was never read`;
      const until = list.fetchedUntil
        ? `read up to ${list.fetchedUntil} by its clock`
        : 'being read for the first time';
      const rest = list.unfinished ? `, and on from ${list.unfinished.after}` : '';
      return `  ${bank}: its list of events is ${until}${rest}, ${ago(list.fetchedAt)} ago`;
    }),
    round
      ? `  ${accounts} accounts: the round through them began ${ago(round.startedAt)} ago${
          round.lastSeconds === undefined
            ? ''
            : `; the last one took ${durationOf(Number(round.lastSeconds))}`
        }`
      : `  ${accounts} accounts: no round through them has begun`,
    '',
    ...columns([
      ['cause', ...DRIFT_STATES],
      ...counts.map(({ cause, states }) => [
        cause,
        ...DRIFT_STATES.map((state) => `${states.get(state) ?? 0n}`),
      ]),
    ]).map((line) => `  ${line}`),
  ];
}

export function driftLines({ unsettled }: Coherence): string[] {
  if (unsettled.length === 0) return ['  nothing differs.'];
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
