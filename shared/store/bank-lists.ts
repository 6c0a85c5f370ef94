import * as z from 'zod';
import { unfinishedRead } from '../events/list-read.ts';
import { defined, path, type Stored, type Write, write } from './document.ts';

const stored = z.object({
  bank: z.string(),
  fetchedUntil: z.string().optional(),
  unfinished: unfinishedRead.optional(),
  fetchedAt: z.string(),
});

/** How far the list of a bank's events has been read, by the bank's clock, and when that was, by ours. */
export type BankList = z.output<typeof stored>;

export function bankListPath(bank: string): string {
  return path('bankLists', bank);
}

export function bankListFrom({ fields }: Stored): BankList | undefined {
  return fields && stored.parse(fields);
}

export function writeBankList(read: Stored, list: BankList): Write {
  return write(read, defined({ schema: 1n, ...list }));
}
