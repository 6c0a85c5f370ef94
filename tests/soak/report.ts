import type { Report } from './soak.ts';

const DIFFERENCES_SHOWN_MAX = 20;

/** A report for people. */
export function linesOf(report: Report): string[] {
  const { events, accounts, transactions, seconds, kills, redelivered, pushes, differences } = report;
  const rate = Math.round(events / (seconds.driving + seconds.quiet));
  const shown = differences.slice(0, DIFFERENCES_SHOWN_MAX);
  return [
    `events      ${events} told, ${transactions} transactions in ${accounts} accounts, ${report.poisoned} poisoned`,
    `took        ${seconds.driving} s of life, ${seconds.quiet} s until quiet, ${seconds.comparing} s to compare: ${rate} events a second`,
    `kills       ${listed(kills)}`,
    `redelivered ${redelivered.deliveries} deliveries by the bank, ${redelivered.events} events by Pub/Sub`,
    ...Object.entries(report.faults).map(
      ([name, counts]) => `${name.padEnd(11)} ${listed(new Map(Object.entries(counts)))}`,
    ),
    `functions   ${listed(report.outcomes)}`,
    `drift       ${listed(report.healed)}`,
    `pushes      ${pushes.shown} shown, ${pushes.repeated} came again`,
    `differences ${differences.length}`,
    ...shown.map(
      ({ where, what, expected, seen }) => `  ${where}: ${what} should be ${expected}, is ${seen}`,
    ),
    ...(differences.length > shown.length ? [`  and ${differences.length - shown.length} more`] : []),
  ];
}

function listed(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.length === 0 ? 'none' : sorted.map(([what, count]) => `${what} ${count}`).join(', ');
}
