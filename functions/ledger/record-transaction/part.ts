import { isDeepStrictEqual } from 'node:util';
import { type Part, type Parts, partKey } from '../../../shared/domain/transaction.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { partOf } from '../../../shared/events/entry-part.ts';
import { lastId } from '../../../shared/store/document.ts';
import { type Arrival, mapKey, type Transaction, transactionOf } from '../../../shared/store/transactions.ts';
import type { Fact, Home } from './home.ts';

/** The transaction after this fact, or undefined where nothing about it is new. */
export function withFact(home: Home, fact: Fact): Transaction | undefined {
  const arrival = { factId: fact.id, deliveryId: fact.data.deliveryId };
  if (fact.type === 'card.entry-matched') {
    const pairing = BigInt(fact.data.pairing);
    return withLink(home, { ...partOf(fact), isMatched: fact.data.isMatched }, { ...arrival, pairing });
  }
  return withPart(home, partOf(fact), arrival);
}

function withPart(home: Home, part: Part, arrival: Arrival): Transaction | undefined {
  const { parts, arrivals } = recordedAt(home);
  const known = parts[partKey(part)];
  const kept = known && agreed(known, part);
  if (known && !kept) {
    const facts = { transactionId: home.id, kind: part.kind, factId: arrival.factId };
    throw new PermanentError('fact.conflict', facts);
  }
  if (kept === known && known && home.others.length === 0) return undefined;
  return changed(home, {
    parts: { ...parts, [partKey(part)]: kept ?? part },
    arrival: { ...arrivals, ...(!known && { [mapKey(part)]: arrival }) },
  });
}

/** Of several words about one link the highest number is true; one that is taken back leaves only its number. */
function withLink(
  home: Home,
  { isMatched, ...link }: Part & { isMatched: boolean },
  arrival: Arrival,
): Transaction | undefined {
  const { parts, arrivals } = recordedAt(home);
  if ((arrivals[mapKey(link)]?.pairing ?? 0n) >= (arrival.pairing ?? 0n)) return undefined;
  const { [partKey(link)]: _, ...others } = parts;
  return changed(home, {
    parts: isMatched ? { ...others, [partKey(link)]: link } : others,
    arrival: { ...arrivals, [mapKey(link)]: arrival },
  });
}

function recordedAt(home: Home): { parts: Parts; arrivals: Transaction['arrival'] } {
  const recorded = [...home.others.map(({ absorbed }) => absorbed), home.transaction];
  return {
    parts: Object.assign({}, ...recorded.map((each) => each?.parts)) as Parts,
    arrivals: Object.assign({}, ...recorded.map((each) => each?.arrival)) as Transaction['arrival'],
  };
}

function changed(home: Home, to: Pick<Transaction, 'parts' | 'arrival'>): Transaction {
  const { id, bank, root, transaction, others } = home;
  const before = others.flatMap(({ document, absorbed }) => [
    lastId(document.path),
    ...(absorbed?.aliases ?? []),
  ]);
  const aliases = [...new Set([...(transaction?.aliases ?? []), ...before])].sort();
  return transactionOf({ id, bank, root, aliases, ...to });
}

/** What stands of two words about one part; undefined where they contradict each other. */
function agreed(known: Part, part: Part): Part | undefined {
  if (isDeepStrictEqual(withoutUndefined(known), withoutUndefined(part))) return known;
  // A hold is given up by us as of when it was due, and by the bank when it does: the bank's is the better word.
  if (part.kind === 'expiry') return rankOf(part) > rankOf(known) ? part : known;
  return undefined;
}

function rankOf({ occurredAt, expiresAt }: Part): string {
  return `${expiresAt === undefined ? 1 : 0} ${occurredAt}`;
}

function withoutUndefined(part: Part): object {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}
