/** One thing that is not as it must be. */
export type Difference = {
  readonly where: string;
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
};

export type Keyed = { readonly bankIds: readonly string[] };

export function keyOf({ bankIds }: Keyed): string {
  return [...bankIds].sort().join('+');
}

export function byKey<T extends Keyed>(things: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const thing of things) found.set(keyOf(thing), [...(found.get(keyOf(thing)) ?? []), thing]);
  return found;
}

export function keysOf(
  where: string,
  place: string,
  must: readonly Keyed[],
  found: ReadonlyMap<string, readonly unknown[]>,
): Difference[] {
  const keys = new Set(must.map(keyOf));
  return [
    ...[...keys].flatMap((key) => unequal(`${where} ${key}`, place, 1, found.get(key)?.length ?? 0)),
    ...[...found.keys()]
      .filter((key) => !keys.has(key))
      .flatMap((key) => unequal(`${where} ${key}`, place, 0, 1)),
  ];
}

export function unequal(where: string, what: string, must: unknown, is: unknown): Difference[] {
  const [expected, seen] = [String(must), String(is)];
  return expected === seen ? [] : [{ where, what, expected, seen }];
}
