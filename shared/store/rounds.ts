import * as z from 'zod';
import { defined, lastId, path, type Query, type Stored, type Write, write } from './document.ts';

/** How far the present round through all accounts has come, when it began, and how long the one before it took. */
export type Round = {
  /** The document id of the last account that had its turn; undefined where the round begins. */
  readonly after?: string | undefined;
  readonly startedAt: string;
  /** How long the last whole round took. */
  readonly lastSeconds?: bigint | undefined;
};

const stored = z.object({
  after: z.string().optional(),
  startedAt: z.string(),
  lastSeconds: z.bigint().optional(),
});

export function roundPath(functionName: string): string {
  return path('rounds', functionName);
}

export function roundFrom({ fields }: Stored): Round | undefined {
  return fields && stored.parse(fields);
}

export function writeRound(read: Stored, round: Round): Write {
  return write(read, defined({ schema: 1n, ...round }));
}

/** The next accounts of the round, by id. */
export function nextAccounts(limit: number, after: string | undefined): Query {
  return { collection: 'accounts', limit, ...(after !== undefined && { startAfter: [after] as const }) };
}

export function placeInRound(account: Stored): string {
  return lastId(account.path);
}
