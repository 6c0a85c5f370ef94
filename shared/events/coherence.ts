import * as z from 'zod';
import { CAUSES, type Finding } from '../domain/drift.ts';
import { currencyCode, instant, kind, plainDate, signedMinorUnits } from './event.ts';
import { unfinishedRead } from './list-read.ts';

const accountId = z.string();

/** These accounts are to be compared with their bank; `isRecheck` where something was wrong with them. */
export const comparisonWanted = kind(
  'comparison.wanted',
  'coherence',
  z.object({ bank: z.string(), accountIds: z.array(accountId).min(1).max(100), isRecheck: z.boolean() }),
);

/** The bank's statements of this day, of these accounts, are to be laid beside our entries. */
export const statementsWanted = kind(
  'statements.wanted',
  'coherence',
  z.object({ bank: z.string(), date: plainDate, accountIds: z.array(accountId).min(1).max(100) }),
);

const finding = z.object({
  cause: z.enum(CAUSES),
  entry: z.string(),
  amountMinor: signedMinorUnits,
  currency: currencyCode,
  evidence: z.record(z.string(), z.string()),
}) satisfies z.ZodType<Finding>;

/** Something by which our half of an account is not the bank's, found by comparing the two at this instant. */
export const driftFound = kind(
  'drift.found',
  'coherence',
  z.object({ bank: z.string(), accountId, foundAt: instant, finding }),
);

/** The whole account was compared, and nothing else was found than the drift of these ids. */
export const accountCompared = kind(
  'account.compared',
  'coherence',
  z.object({ bank: z.string(), accountId, comparedAt: instant, found: z.array(z.string()) }),
);

/**
 * A read of a bank's list; what was missing is on its way. All that the bank listed before `fetchedUntil`, by its clock, has
 * been looked at, once what is unfinished is read too.
 */
export const eventsFetched = kind(
  'events.fetched',
  'coherence',
  z.object({
    bank: z.string(),
    fetchedUntil: instant.optional(),
    unfinished: unfinishedRead.optional(),
    fetchedAt: instant,
  }),
);

/** The bank's statement of a day beside our entries: which line is which, and the ids of drift that was found. */
export const statementCompared = kind(
  'statement.compared',
  'coherence',
  z.object({
    bank: z.string(),
    accountId,
    date: plainDate,
    currency: currencyCode,
    openingMinor: signedMinorUnits,
    closingMinor: signedMinorUnits,
    matches: z.array(z.object({ lineId: z.string(), entry: z.string() })),
    comparedAt: instant,
    found: z.array(z.string()),
  }),
);
