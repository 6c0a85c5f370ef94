import * as z from 'zod';
import type { Match } from '../domain/statement.ts';
import { defined, path, type Stored, type Write, write } from './document.ts';

/** One day of an account as the bank has it, and which of its lines are which of our entries. */
export type KeptStatement = {
  readonly date: string;
  readonly currency: string;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly matches: readonly Match[];
  /** Closed: opening and lines make the closing, every line has its entry, and every entry its line. */
  readonly state: 'closed' | 'open';
  readonly comparedAt: string;
};

const stored = z.object({
  date: z.string(),
  currency: z.string(),
  openingMinor: z.bigint(),
  closingMinor: z.bigint(),
  matches: z.array(z.object({ lineId: z.string(), entry: z.string() })),
  state: z.enum(['closed', 'open']),
  comparedAt: z.string(),
}) satisfies z.ZodType<KeptStatement>;

export function statementPath(accountId: string, date: string): string {
  return path('accounts', accountId, '_statements', date);
}

export function statementFrom({ fields }: Stored): KeptStatement | undefined {
  return fields && stored.parse(fields);
}

export function writeStatement(read: Stored, statement: KeptStatement): Write {
  return write(read, defined({ schema: 1n, ...statement }));
}
