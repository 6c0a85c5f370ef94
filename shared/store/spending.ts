import { createHash } from 'node:crypto';
import * as z from 'zod';
import { defined, path, type Query, type Stored, type Write, write } from './document.ts';

/**
 * One booked entry at a merchant. It is kept in a document of its own, named by nothing but its id, so that an entry
 * that is told again is found whatever it is told as.
 */
export type Entry = {
  readonly bank: string;
  readonly kind: 'clearing' | 'refund';
  /** The bank's own id of the entry; unique within its kind. */
  readonly id: string;
  /** `2026-11`, in the bank's calendar. */
  readonly month: string;
  /** As the bank writes the name; empty where it names nobody. */
  readonly merchant: string;
  readonly mcc?: string | undefined;
  readonly currency: string;
  /** Positive for money spent, negative for money that came back. */
  readonly spentMinor: bigint;
};

/** What an account spent at one merchant in one month, in one currency. */
export type Spending = Pick<Entry, 'month' | 'merchant' | 'mcc' | 'currency' | 'spentMinor'> & {
  /** How many entries are in it, refunds too. */
  readonly count: bigint;
};

const entry = z.object({
  bank: z.string(),
  kind: z.enum(['clearing', 'refund']),
  id: z.string(),
  month: z.string(),
  merchant: z.string(),
  mcc: z.string().optional(),
  currency: z.string(),
  spentMinor: z.bigint(),
}) satisfies z.ZodType<Entry>;

const spending = z.object({
  month: z.string(),
  merchant: z.string(),
  mcc: z.string().optional(),
  currency: z.string(),
  spentMinor: z.bigint(),
  count: z.bigint(),
}) satisfies z.ZodType<Spending>;

/** `accounts/{id}/tallied/sandbox:clearing:clr-1`. */
export function entryPath(
  accountId: string,
  { bank, kind, id }: Pick<Entry, 'bank' | 'kind' | 'id'>,
): string {
  return path('accounts', accountId, 'tallied', [bank, kind, id].join(':'));
}

export function entryFrom({ fields }: Stored): Entry | undefined {
  return fields && entry.parse(fields);
}

export function createEntry(at: string, told: Entry): Write {
  return { do: 'create', path: at, fields: defined({ schema: 1n, ...told }) };
}

/** `accounts/{id}/merchants/2026-11:...`, one for a month, a merchant and a currency. */
export function spendingPath(accountId: string, { month, merchant, currency }: Entry): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([merchant, currency]))
    .digest('base64url');
  return path('accounts', accountId, 'merchants', `${month}:${digest.slice(0, 27)}`);
}

export function spendingFrom({ fields }: Stored): Spending | undefined {
  return fields && spending.parse(fields);
}

export function writeSpending(read: Stored, sum: Spending): Write {
  return write(read, defined({ schema: 1n, ...sum }));
}

export function spendingOf(accountId: string, month: string): Query {
  return { collection: path('accounts', accountId, 'merchants'), where: [['month', '==', month]] };
}
