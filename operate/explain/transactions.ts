import { isDeepStrictEqual } from 'node:util';
import { partKey } from '../../shared/domain/transaction.ts';
import { type Reads, readOne } from '../../shared/platform/platform.ts';
import { inboxPath } from '../../shared/store/inbox.ts';
import { mapKey, transactionFrom, transactionOf, transactionPath } from '../../shared/store/transactions.ts';
import { diffLines } from '../diff.ts';
import type { ExplainedPart, ExplainedTransaction, Finding } from './explanation.ts';
import type { Found, Story } from './story.ts';

const RECORDER = 'record-transaction';

/** The transaction with its parts in the order in which they occurred, and by which fact each came. */
export async function explainedTransaction(
  reads: Reads,
  { accountId, transaction }: Found,
): Promise<ExplainedTransaction> {
  const { id, parts, arrival, totals, summary } = transaction;
  const explained = Object.values(parts).map(async (part): Promise<ExplainedPart> => {
    const { factId, deliveryId } = arrival[mapKey(part)] ?? {};
    const inbox = factId && (await readOne(reads, inboxPath(RECORDER, factId))).fields;
    return {
      kind: part.kind,
      id: part.id,
      amountMinor: part.amountMinor,
      currency: part.currency,
      direction: part.direction,
      occurredAt: part.occurredAt,
      recordedAt: inbox ? (inbox.handledAt as Date).toISOString() : undefined,
      factId,
      deliveryId: deliveryId || undefined,
    };
  });
  const figures = Object.entries(totals);
  return {
    id,
    accountId,
    description: summary.description,
    paymentId: summary.paymentId,
    status: summary.status,
    booked: Object.fromEntries(figures.map(([currency, { booked }]) => [currency, booked])),
    held: Object.fromEntries(figures.map(([currency, { held }]) => [currency, held])),
    parts: (await Promise.all(explained)).sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1)),
  };
}

/** Whether what is stored is what the archived bytes give, by the code as it is now. */
export async function comparedWithBytes(
  { accountId, transaction }: Found,
  { handlings }: Story,
  replayed: Reads,
): Promise<Finding[]> {
  const { id, arrival, parts } = transaction;
  const derived = transactionOf(transaction);
  const inSum = diffLines(
    { ...derived.totals, ...plain(derived.summary) },
    { ...transaction.totals, ...plain(transaction.summary) },
  );
  const told = new Set(handlings.map(({ event }) => event.id));
  const again = transactionFrom(await readOne(replayed, transactionPath(accountId, id)));
  // What no bank told, such as the expiry of a hold, is in no bytes.
  const ownWord = Object.values(parts).filter((part) => !told.has(arrival[mapKey(part)]?.factId ?? ''));
  const compared = new Set([...Object.keys(parts), ...Object.keys(again?.parts ?? {})]);
  for (const part of ownWord) compared.delete(partKey(part));
  const other = [...compared].filter((key) => !isDeepStrictEqual(parts[key], again?.parts[key]));
  const findings: Finding[] = [
    ...(inSum.length > 0
      ? [
          {
            kind: 'wrong' as const,
            text: `${id} is stored otherwise than its parts give: ${inSum.join(', ')}.`,
          },
        ]
      : []),
    ...other.map((key) => ({
      kind: 'wrong' as const,
      text: `${id}, ${key}: ${diffLines(plain(again?.parts[key]), plain(parts[key])).join(', ')} is not what the archived bytes give.`,
    })),
    ...ownWord.map((part) => ({
      kind: 'note' as const,
      text: `${id}, ${partKey(part)}: no archived delivery tells it; ${arrival[mapKey(part)]?.factId ?? 'nothing'} did.`,
    })),
  ];
  if (inSum.length > 0 || other.length > 0 || compared.size === 0) return findings;
  const text = `${id} is what its archived bytes give: each of ${compared.size} parts was made again from them, and is equal.`;
  return [{ kind: 'right', text }, ...findings];
}

/** For a comparison: without what is undefined. */
function plain(value: object | undefined) {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, each]) => each !== undefined));
}
