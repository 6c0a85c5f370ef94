import * as z from 'zod';
import {
  type Collection,
  type CollectionWord,
  collectionState,
  latestWord,
  type Mandate,
  type MandateWord,
  mandateState,
  toldFirstAt,
  wantedOf,
} from '../domain/direct-debit.ts';
import { idFrom } from '../events/id.ts';
import { defined, path, type Query, type Stored, type Write, write } from './document.ts';

const said = { at: z.string(), creditorName: z.string(), creditorId: z.string() };
const mandateWord = z.object({
  kind: z.enum(['created', 'blocked', 'unblocked', 'cancelled']),
  ...said,
  scheme: z.enum(['core', 'b2b']),
}) satisfies z.ZodType<MandateWord>;
const collectionWord = z.object({
  kind: z.enum(['announced', 'refused', 'collected', 'returned']),
  ...said,
  amountMinor: z.bigint(),
  currency: z.string(),
  dueOn: z.string(),
  remittance: z.string().optional(),
  bookedOn: z.string().optional(),
  reason: z.string().optional(),
  transactionId: z.string().optional(),
}) satisfies z.ZodType<CollectionWord>;

const wished = <D extends z.ZodType>(decision: D) => ({
  _wish: z.object({ decision, at: z.string(), saidBefore: z.string().optional() }).optional(),
  _declined: z.object({ decision, wantedAt: z.string(), reason: z.string() }).optional(),
});
const ids = { id: z.string(), accountId: z.string(), bank: z.string() };

const mandate = z.object({
  ...ids,
  bankMandateId: z.string(),
  _words: z.partialRecord(mandateWord.shape.kind, mandateWord),
  ...wished(z.enum(['block', 'unblock'])),
});
const collection = z.object({
  ...ids,
  bankCollectionId: z.string(),
  mandateId: z.string(),
  _words: z.partialRecord(collectionWord.shape.kind, collectionWord),
  ...wished(z.enum(['refusal', 'refund'])),
});

export function mandateIdOf(bank: string, bankMandateId: string): string {
  return idFrom('mdt', bank, bankMandateId);
}

export function directDebitIdOf(bank: string, bankCollectionId: string): string {
  return idFrom('ddt', bank, bankCollectionId);
}

export function mandatePath(accountId: string, mandateId: string): string {
  return path('accounts', accountId, 'mandates', mandateId);
}

export function directDebitPath(accountId: string, directDebitId: string): string {
  return path('accounts', accountId, 'direct-debits', directDebitId);
}

export function mandateFrom({ fields }: Stored): Mandate | undefined {
  if (!fields) return undefined;
  const { _words: words, _wish: wish, _declined: declined, ...plain } = mandate.parse(fields);
  return { ...plain, words, wish, declined };
}

export function directDebitFrom({ fields }: Stored): Collection | undefined {
  if (!fields) return undefined;
  const { _words: words, _wish: wish, _declined: declined, ...plain } = collection.parse(fields);
  return { ...plain, words, wish, declined };
}

/** With what follows from it: what it is, of whom, and what the customer still wants of it. */
export function writeMandate(read: Stored, known: Mandate): Write {
  const { creditorName, creditorId, scheme } = latestWord(known.words) ?? {};
  const terms = { creditor: { name: creditorName, creditorId }, scheme };
  return write(read, fieldsOf(known, { ...terms, state: mandateState(known) }));
}

/** Likewise; `occurredAt` is when it was first told of, by which a list is ordered. */
export function writeDirectDebit(read: Stored, known: Collection): Write {
  const { words } = known;
  const { creditorName, creditorId, amountMinor, currency, dueOn } = latestWord(words) ?? {};
  const state = collectionState(known);
  const terms = { creditor: { name: creditorName, creditorId }, amountMinor, currency, dueOn };
  const more = { ...terms, state, reason: words[state]?.reason, occurredAt: toldFirstAt(words) };
  return write(read, fieldsOf(known, more));
}

function fieldsOf(known: Mandate | Collection, more: object) {
  const { words: _words, wish: _wish, declined: _declined, ...plain } = known;
  return defined({ schema: 1n, ...plain, ...more, wanted: wantedOf(known), _words, _wish, _declined });
}

const MANDATES_MAX = 500;

/** Those of an account; nobody has so many that they need pages. */
export function mandatesOf(accountId: string): Query {
  return { collection: path('accounts', accountId, 'mandates'), limit: MANDATES_MAX };
}

/** Those of an account, the one that was told of last first. */
export function directDebitsOf(
  accountId: string,
  limit: number,
  after?: readonly [occurredAt: string, id: string],
): Query {
  return {
    collection: path('accounts', accountId, 'direct-debits'),
    orderBy: [['occurredAt', 'desc']],
    ...(after && { startAfter: after }),
    limit,
  };
}
