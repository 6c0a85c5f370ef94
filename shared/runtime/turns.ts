/** One after the other, of those who contend for one thing in this process. */
export type Turns = {
  /** How many have it or wait for it. */
  wanting(thing: string): number;
  take<T>(thing: string, act: () => Promise<T>): Promise<T>;
};

export function takeTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  const counts = new Map<string, number>();
  const wanting = (thing: string) => counts.get(thing) ?? 0;
  return {
    wanting,
    async take(thing, act) {
      counts.set(thing, wanting(thing) + 1);
      const mine = (last.get(thing) ?? Promise.resolve()).then(act);
      // Whoever is next goes on, however this one ends.
      last.set(
        thing,
        mine.catch(() => {}),
      );
      try {
        return await mine;
      } finally {
        counts.set(thing, wanting(thing) - 1);
        if (wanting(thing) === 0) {
          last.delete(thing);
          counts.delete(thing);
        }
      }
    },
  };
}
