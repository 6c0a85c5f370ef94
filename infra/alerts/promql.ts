/** What is counted anew every minute, as `recorded.ts` has it: each thing that happened is in five counts, one after another. */
export function counted(what: string, labels = ''): string {
  return `counterfoil:${what}:increase5m${labels && `{${labels}}`}`;
}

/** How many there were. */
export function count(what: string, window: string, { by = 'function', ago = '' } = {}): string {
  return `sum by (${by}) (${summed(what, window, ago)}) / 5`;
}

/** Whether more than this share of all was bad, and not just a few of a few. */
export function share({
  bad,
  all,
  window,
  above,
  least,
  by = 'function',
}: {
  bad: string;
  all: string;
  window: string;
  above: number;
  least: number;
  by?: string;
}): string {
  return `${ratio(bad, all, window, by)} > ${above}
and
${count(bad, window, { by })} >= ${least}`;
}

// How many times as fast as it may an objective's allowance for 30 days is used up, over a long window, and over a short
// one so that it ends when the trouble does. Source: https://sre.google/workbook/alerting-on-slos/, the sixth way.
const FAST = { times: 14.4, long: '1h', short: '5m' };
const SLOW = { times: 6, long: '6h', short: '30m' };
const STEADY = { times: 1, long: '3d', short: '6h' };

/** So much of `all` may be `bad` in 30 days, and it is being used up so fast that somebody must get up. */
export function burnsFast(bad: string, all: string, allowed: number, least: number): string {
  return `(
${burns(bad, all, allowed, FAST)}
or
${burns(bad, all, allowed, SLOW)}
)
and
${count(bad, SLOW.long)} >= ${least}`;
}

/** The same, so slowly that it can wait for the morning. */
export function burnsSlowly(bad: string, all: string, allowed: number): string {
  return burns(bad, all, allowed, STEADY);
}

function burns(bad: string, all: string, allowed: number, { times, long, short }: typeof FAST): string {
  // Rounded, since 14.4 * 0.001 is not 0.0144 in binary.
  const above = Number((times * allowed).toPrecision(6));
  return `${ratio(bad, all, long)} > ${above}
and
${ratio(bad, all, short)} > ${above}`;
}

function ratio(bad: string, all: string, window: string, by = 'function'): string {
  return `sum by (${by}) (${summed(bad, window)}) / sum by (${by}) (${summed(all, window)})`;
}

function summed(what: string, window: string, ago = ''): string {
  return `sum_over_time(${what}[${window}]${ago && ` offset ${ago}`})`;
}
