import fc from 'fast-check';
import type { WireEvent } from '../../shared/testing/builders.ts';
import { again, authorised, cleared, declined, expired, incremented, reversed } from './words.ts';

/** One entry of a card as it happened, and how the bank tells it. */
export type Entry = {
  readonly kind: 'authorisation' | 'increment' | 'reversal' | 'clearing' | 'expiry' | 'decline';
  readonly id: string;
  readonly at: string;
  readonly minor: bigint;
  readonly currency: string;
  /** The authorisation that the bank names; undefined: it never does. */
  readonly of: string | undefined;
  readonly final: boolean;
  readonly told: readonly WireEvent[];
};

/** Operators say that this entry belongs to that authorisation, or to none. */
export type Said = { readonly entry: Entry; readonly of: string | undefined; readonly at: string };

export type Card = { readonly entries: readonly Entry[]; readonly said: readonly Said[] };

// Few amounts, currencies and moments, so that several holds fit one entry, and things happen at one instant.
const minor = fc.constantFrom(3_200n, 3_200n, 3_200n, 3_200n, 5_000n);
const currency = fc.constantFrom('DKK', 'DKK', 'DKK', 'DKK', 'EUR');
// What is told of a purchase may have occurred before it was authorised, as offline.
const days = fc.constantFrom(-3, 0, 0, 1, 7, 20);
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<readonly T[]>([]) },
    { weight: 1, arbitrary: arbitrary.map((one): readonly T[] => [one]) },
  );

const purchase = fc.record({
  // Fifty days in all: further apart the rule looks at nothing again, whatever comes late.
  day: fc.integer({ min: 0, max: 20 }),
  minor,
  currency,
  increments: rarely(fc.record({ minor, days })),
  reversals: rarely(fc.record({ minor, days })),
  clearings: rarely(fc.record({ minor, days, final: fc.boolean() })),
  ends: rarely(fc.record({ kind: fc.constantFrom('expiry' as const, 'decline' as const), days })),
});

const lone = fc.record({
  kind: fc.constantFrom('clearing', 'clearing', 'reversal'),
  day: fc.integer({ min: 0, max: 50 }),
  minor,
  currency,
  final: fc.boolean(),
  // Told again with its authorisation once the bank knows it.
  namedLater: rarely(fc.nat(4)),
});

export const cards: fc.Arbitrary<Card> = fc
  .record({
    purchases: fc.array(purchase, { minLength: 2, maxLength: 5 }),
    lone: fc.array(lone, { minLength: 1, maxLength: 5 }),
    said: fc.array(
      fc.record({ entry: fc.nat(4), of: fc.option(fc.nat(4)), afterwards: fc.option(fc.nat(4)) }),
      { maxLength: 1 },
    ),
  })
  .map(({ purchases, lone, said }) => {
    const authorisationOf = (n: number) => `auth-${n % purchases.length}`;
    const alone = lone.map(({ kind, day, namedLater, ...entry }, n) => {
      const [of] = namedLater.map(authorisationOf);
      const id = `${kind}-alone-${n}`;
      return entryOf({ ...entry, kind, id, of, at: time(day), final: kind === 'clearing' && entry.final });
    });
    return {
      entries: [...purchases.flatMap(entriesOf), ...alone],
      // They may say one thing, and then another.
      said: said.flatMap(({ entry, of, afterwards }) =>
        [of, afterwards].flatMap((authorisation, n) => {
          const about = alone[entry % alone.length];
          const belongs = authorisation === null ? undefined : authorisationOf(authorisation);
          return about ? [{ entry: about, of: belongs, at: time(60 + n) }] : [];
        }),
      ),
    };
  });

type Purchase = typeof purchase extends fc.Arbitrary<infer P> ? P : never;

function entriesOf(
  { day, minor, currency, increments, reversals, clearings, ends }: Purchase,
  n: number,
): Entry[] {
  const of = `auth-${n}`;
  const entry = (
    kind: Entry['kind'],
    id: string,
    told: { minor: bigint; days: number; final?: boolean },
  ): Entry => {
    const { final = false, days } = told;
    return entryOf({ kind, id, of, at: time(day + days), minor: told.minor, currency, final, isNamed: true });
  };
  return [
    entry('authorisation', of, { minor, days: 0 }),
    ...increments.map((each) => entry('increment', `inc-${n}`, each)),
    ...reversals.map((each) => entry('reversal', `rev-${n}`, each)),
    ...clearings.map((each) => entry('clearing', `clr-${n}`, each)),
    ...ends.map((each) => entry(each.kind, of, { minor, days: each.days })),
  ];
}

/** `isNamed`: the bank names the authorisation at once, if ever. */
function entryOf({ isNamed, ...entry }: Omit<Entry, 'told'> & { isNamed?: boolean }): Entry {
  const tell = (of: string | undefined): WireEvent => {
    const amount = { amountMinor: String(entry.minor), currency: entry.currency };
    const common = { at: entry.at, amount, ...(of !== undefined && { of }) };
    switch (entry.kind) {
      case 'authorisation':
        return authorised(entry.id, '', { at: entry.at, amount });
      case 'decline':
        return declined(entry.id, '', { at: entry.at, amount });
      case 'expiry':
        return expired(entry.id, { at: entry.at });
      case 'increment':
        return incremented(entry.id, '', { ...common, of: of ?? '', delta: amount });
      case 'reversal':
        return reversed(entry.id, '', { ...common, delta: amount });
      case 'clearing':
        return cleared(entry.id, '', { ...common, final: entry.final });
    }
  };
  if (isNamed) return { ...entry, told: [tell(entry.of)] };
  return {
    ...entry,
    told: entry.of === undefined ? [tell(undefined)] : [tell(undefined), again(tell(entry.of))],
  };
}

function time(day: number): string {
  return new Date(Date.UTC(2026, 8, 1 + day)).toISOString();
}
