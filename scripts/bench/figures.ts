export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * A candidate against a baseline of the same run: the median of the ratios round by round, which stands still
 * where a noisy machine's times do not.
 */
export function ratio(candidate: readonly number[], baseline: readonly number[]): number {
  return median(candidate.map((figure, round) => figure / (baseline[round] ?? Number.NaN)));
}

/** Columns as wide as what is in them, the first to the left and the others to the right. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
        .join('  '),
    );
  }
}
