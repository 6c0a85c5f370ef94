import * as z from 'zod';
import { defined, path, type Stored, type Write, write } from './document.ts';

/** Which transactions stand for the pending entries that a source listed last, and as of when that was. */
export type PendingList = {
  readonly asOf: string;
  readonly transactionIds: readonly string[];
  /** Of all that the list says. */
  readonly digest: string;
};

const stored = z.object({ asOf: z.string(), transactionIds: z.array(z.string()), digest: z.string() });

export function pendingPath(accountId: string, bank: string): string {
  return path('accounts', accountId, 'pending', bank);
}

export function pendingFrom({ fields }: Stored): PendingList | undefined {
  return fields && stored.parse(fields);
}

export function writePending(read: Stored, list: PendingList): Write {
  return write(read, defined({ schema: 1n, ...list }));
}
