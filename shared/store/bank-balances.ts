import * as z from 'zod';
import type { Rank } from '../domain/rank.ts';
import { defined, path, type Stored, type Write, write } from './document.ts';

/** The bank's own figures of an account, signed minor units: beside ours, and no part of their sum. */
export type BankBalance = {
  readonly bookedMinor: bigint;
  /** Not always booked minus held: overdrafts, and deposits not yet at disposal. */
  readonly availableMinor?: bigint | undefined;
  readonly currency: string;
  /** As of when, by the bank's clock. */
  readonly asOf: string;
  readonly rank: Rank;
};

const stored = z.object({
  bookedMinor: z.bigint(),
  availableMinor: z.bigint().optional(),
  currency: z.string(),
  asOf: z.string(),
  _rank: z.object({ version: z.bigint(), occurredAt: z.string(), factId: z.string() }),
});

export function bankBalancePath(accountId: string): string {
  return path('accounts', accountId, 'balances', 'bank');
}

export function bankBalanceFrom({ fields }: Stored): BankBalance | undefined {
  if (!fields) return undefined;
  const { _rank: rank, ...figures } = stored.parse(fields);
  return { ...figures, rank };
}

export function writeBankBalance(read: Stored, { rank, ...figures }: BankBalance): Write {
  return write(read, defined({ schema: 1n, ...figures, _rank: rank }));
}
