import * as z from 'zod';
import type { Account } from '../domain/account.ts';
import type { Rank } from '../domain/rank.ts';
import { PermanentError } from '../errors.ts';
import { defined, lastId, path, type Query, type Stored, type Write, write } from './document.ts';

const rank = z.object({
  version: z.bigint(),
  occurredAt: z.string(),
  factId: z.string(),
}) satisfies z.ZodType<Rank>;

const account = z.object({
  id: z.string(),
  bank: z.string(),
  ownerIds: z.array(z.string()),
  currency: z.string().optional(),
  iban: z.string().optional(),
  status: z.enum(['open', 'frozen', 'closed']),
  openedAt: z.string().optional(),
  _opened: rank.optional(),
  _status: rank.optional(),
});

export function accountPath(accountId: string): string {
  return path('accounts', accountId);
}

/** The account, or undefined where no fact about it has arrived. */
export function accountFrom({ fields }: Stored): Account | undefined {
  if (!fields) return undefined;
  const { _opened, _status, ...plain } = account.parse(fields);
  return { ...plain, openedRank: _opened, statusRank: _status };
}

/** The account once its opening has told whose it is; whatever comes before that is parked, and comes again then. */
export function openedAccountFrom(read: Stored): Account {
  const found = accountFrom(read);
  if (found?.openedAt) return found;
  throw new PermanentError('account.not-opened', { accountId: lastId(read.path) }, { waitsFor: read.path });
}

export function writeAccount(read: Stored, { openedRank, statusRank, ...plain }: Account): Write {
  return write(read, defined({ schema: 1n, ...plain, _opened: openedRank, _status: statusRank }));
}

export function accountsOwnedBy(uid: string): Query {
  return { collection: 'accounts', where: [['ownerIds', 'array-contains', uid]] };
}
