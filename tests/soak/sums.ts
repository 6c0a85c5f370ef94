export function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group) group.push(thing);
    else groups.set(keyOf(thing), [thing]);
  }
  return [...groups];
}

export function signed(direction: string, { amountMinor }: { amountMinor: string }): bigint {
  return direction === 'credit' ? BigInt(amountMinor) : -BigInt(amountMinor);
}
