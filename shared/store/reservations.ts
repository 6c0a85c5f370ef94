import * as z from 'zod';
import { lastId, path, type Stored, type Write, write } from './document.ts';

const stored = z.object({ open: z.record(z.string(), z.bigint()) });

/**
 * What an account's open payments will take, by their ids, in the account's currency. It stands beside the balances, so
 * that one query reads what is available as of one moment.
 */
export function reservationsPath(accountId: string): string {
  return path('accounts', accountId, 'balances', RESERVATIONS);
}

export const RESERVATIONS = 'reservations';

/** Among the documents of an account's balances. */
export function reservationsIn(accountId: string, balances: readonly Stored[]): Stored {
  const found = balances.find(({ path: at }) => lastId(at) === RESERVATIONS);
  return found ?? { path: reservationsPath(accountId), fields: undefined, version: undefined };
}

export function reservedIn({ fields }: Stored): Readonly<Record<string, bigint>> {
  return fields ? stored.parse(fields).open : {};
}

export function reservedMinorIn(reservations: Stored): bigint {
  return Object.values(reservedIn(reservations)).reduce((sum, minor) => sum + minor, 0n);
}

/** With one more open payment. */
export function writeReserved(read: Stored, paymentId: string, amountMinor: bigint): Write {
  return write(read, { schema: 1n, open: { ...reservedIn(read), [paymentId]: amountMinor } });
}

/** Without this one, which was paid or never will be; nothing where it is not there. */
export function writeReleased(read: Stored, paymentId: string): Write[] {
  const { [paymentId]: released, ...open } = reservedIn(read);
  return released === undefined ? [] : [write(read, { schema: 1n, open })];
}
