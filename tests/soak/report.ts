import type { Chaos } from './chaos.ts';
import type { outcomesOf } from './compare-payments.ts';
import type { Difference } from './difference.ts';
import type { Payer } from './paying.ts';

export type Report = {
  readonly seed: number;
  readonly differences: readonly Difference[];
  readonly events: number;
  readonly accounts: number;
  readonly transactions: number;
  readonly seconds: { readonly driving: number; readonly quiet: number; readonly comparing: number };
  /** How many were ordered, and what became of them; `unknown` were so on the way. */
  readonly payments: { readonly ordered: number } & Payer['counts'] & ReturnType<typeof outcomesOf>;
  readonly kills: ReadonlyMap<string, number>;
  readonly redelivered: Chaos['redelivered'];
  readonly poisoned: number;
  /** What went wrong, by the kind: at the bank, and on the way to each emulator. */
  readonly faults: Readonly<Record<'bank' | 'firestore' | 'pubsub', Readonly<Record<string, number>>>>;
  /** How the functions ended what they were given, by how: done, repeated, parked, failed. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Drift that was found and is settled, by its cause. */
  readonly healed: ReadonlyMap<string, number>;
  readonly pushes: { readonly shown: number; readonly repeated: number };
};

const DIFFERENCES_SHOWN_MAX = 20;

/** A report for people. */
export function linesOf(report: Report): string[] {
  const { events, accounts, transactions, seconds, kills, redelivered, pushes, differences } = report;
  const rate = Math.round(events / (seconds.driving + seconds.quiet));
  const shown = differences.slice(0, DIFFERENCES_SHOWN_MAX);
  return [
    `seed        ${report.seed}`,
    `events      ${events} told, ${transactions} transactions in ${accounts} accounts, ${report.poisoned} poisoned`,
    `took        ${seconds.driving} s of life, ${seconds.quiet} s until quiet, ${seconds.comparing} s to compare: ${rate} events a second`,
    `payments    ${listed(new Map(Object.entries(report.payments)))}`,
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
