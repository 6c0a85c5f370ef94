interface Mark {
  position: number;
  at: string;
}

/**
 * Finds a span of time in what is written one after the other. The order is almost that of time, and not quite: of two
 * requests that overlap, the later may write first. So it keeps what no earlier position is later than, and what no later
 * position is earlier than; both rise, and a look-up halves them.
 */
export function openTimeline() {
  const highs: Mark[] = [];
  const lows: Mark[] = [];
  let count = 0;

  return { add, begin, end };

  /** The instant is RFC 3339 in UTC with milliseconds, so that it sorts as text. */
  function add(at: string): void {
    const mark = { position: count++, at };
    const high = highs.at(-1);
    if (!high || at > high.at) highs.push(mark);
    while ((lows.at(-1)?.at ?? '') >= at) lows.pop();
    lows.push(mark);
  }

  /** The first position at or after the instant; nothing before it is in a span that begins then. */
  function begin(since: string): number {
    return highs[firstOf(highs, ({ at }) => at >= since)]?.position ?? count;
  }

  /** One more than the last position before the instant; nothing from it on is in a span that ends then. */
  function end(until: string): number {
    const last = lows[firstOf(lows, ({ at }) => at >= until) - 1];
    return last ? last.position + 1 : 0;
  }
}

/** The index of the first item of which it is true, when it is true of all that follow; their number when of none. */
export function firstOf<T>(items: readonly T[], isTrue: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
