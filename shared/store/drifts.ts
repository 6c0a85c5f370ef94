import * as z from 'zod';
import { CAUSES, DRIFT_STATES, type Drift, type Finding } from '../domain/drift.ts';
import { idFrom } from '../events/id.ts';
import { defined, path, type Query, type Stored, type Write, write } from './document.ts';

const stored = z.object({
  id: z.string(),
  bank: z.string(),
  accountId: z.string(),
  cause: z.enum(CAUSES),
  entry: z.string(),
  amountMinor: z.bigint(),
  currency: z.string(),
  evidence: z.record(z.string(), z.string()),
  state: z.enum(DRIFT_STATES),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  settledAt: z.string().optional(),
}) satisfies z.ZodType<Drift>;

/** One for an account, a cause and an entry, however often it is found. */
export function driftIdOf(accountId: string, { cause, entry }: Pick<Finding, 'cause' | 'entry'>): string {
  return idFrom('drf', accountId, cause, entry);
}

export function driftPath(id: string): string {
  return path('drift', id);
}

export function driftFrom({ fields }: Stored): Drift | undefined {
  return fields && stored.parse(fields);
}

export function writeDrift(read: Stored, drift: Drift): Write {
  return write(read, defined({ schema: 1n, ...drift, isSettled: drift.settledAt !== undefined }));
}

/** What is still to be looked at, of one account or of all. */
export function unsettledDrifts(limit: number, accountId?: string): Query {
  const own = accountId === undefined ? [] : ([['accountId', '==', accountId]] as const);
  return { collection: 'drift', where: [['isSettled', '==', false], ...own], limit };
}

/** To be counted. */
export function driftsOfCause(
  cause: Drift['cause'],
  state: Drift['state'],
): Pick<Query, 'collection' | 'where'> {
  return {
    collection: 'drift',
    where: [
      ['cause', '==', cause],
      ['state', '==', state],
    ],
  };
}
