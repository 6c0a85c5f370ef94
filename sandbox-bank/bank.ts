import { randomBytes } from 'node:crypto';
import { type Desk, openAccounts, type World } from './accounts.ts';
import { openBalances } from './balances.ts';
import { openCards } from './cards.ts';
import { openClearings } from './clearings.ts';
import { heartbeatOf } from './events.ts';
import { openJournal } from './journal.ts';
import { Ledger } from './ledger.ts';
import { openPayments } from './payments.ts';
import { openPendingLists } from './pending-lists.ts';
import { openTransfers } from './transfers.ts';

export type Bank = ReturnType<typeof openBank>;

/** A new bank with empty books. It lives in memory, by the real clock and with random ids unless told otherwise. */
export function openBank(options: Pick<World, 'onEvent'> & Partial<World>) {
  const { onEvent, now = () => new Date(), newId = randomId } = options;
  const journal = openJournal({ now, newId });
  const world: World = { now: journal.now, newId: journal.newId, onEvent };
  const ledger = new Ledger();
  const accounts = openAccounts({ ...world, ledger });
  const desk: Desk = { ...world, ledger, accounts };
  const clearings = openClearings(desk);
  const transfers = openTransfers(desk);
  return {
    journal,
    ledger,
    accounts,
    balances: openBalances(desk),
    pendingLists: openPendingLists(desk),
    cards: openCards({ ...desk, clearings }),
    clearings,
    transfers,
    payments: openPayments({ ...desk, transfers }),
    heartbeat: () => heartbeatOf({ id: world.newId('evt'), occurredAt: world.now() }),
    now: world.now,
  };
}

function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}
