import { randomBytes } from 'node:crypto';
import { type Desk, openAccounts, type World } from './accounts.ts';
import { openBalances } from './balances.ts';
import { openCards } from './cards.ts';
import { openClearings } from './clearings.ts';
import { openClock } from './clock.ts';
import { openDirectDebits } from './direct-debits.ts';
import { heartbeatOf } from './events.ts';
import { openJournal } from './journal.ts';
import { Ledger } from './ledger.ts';
import { openList } from './list.ts';
import { openMishaps } from './mishaps.ts';
import { openPayees } from './payees.ts';
import { openPaymentBook } from './payment-book.ts';
import { openPaymentMoves } from './payment-moves.ts';
import { openPayments } from './payments.ts';
import { openPendingLists } from './pending-lists.ts';
import { openRecalls } from './recalls.ts';
import { openReturns } from './returns.ts';
import { openSlips } from './slips.ts';
import { openStatements } from './statements.ts';
import { openTransfers } from './transfers.ts';

export type Bank = ReturnType<typeof openBank>;

/** A new bank with empty books. It lives in memory, by the real clock and with random ids unless told otherwise. */
export function openBank(options: Pick<World, 'onEvent'> & Partial<World>) {
  const { onEvent, now = () => new Date(), newId = randomId } = options;
  const clock = openClock({ now });
  const journal = openJournal({ now: clock.now, newId });
  const world: World = { now: journal.now, newId: journal.newId, onEvent };
  const ledger = new Ledger();
  const slips = openSlips();
  const list = openList({ now: world.now, slips });
  const accounts = openAccounts({ ...world, ledger, list });
  const desk: Desk = { ...world, ledger, accounts };
  const clearings = openClearings(desk);
  const transfers = openTransfers(desk);
  const cards = openCards({ ...desk, clearings });
  const mishaps = openMishaps();
  const book = openPaymentBook();
  const returns = openReturns({ ...desk, transfers, book });
  const moves = openPaymentMoves({ ...desk, transfers, book, returns });
  // As with balances: what was drawn for a payment is kept with it.
  const plan = () => journal.plan(mishaps.plan);
  const directDebits = openDirectDebits({ ...desk, transfers });
  return {
    clock,
    journal,
    ledger,
    slips,
    list,
    accounts,
    // What was told is kept, wrong as it was: a bank that is opened again must not have told something else.
    balances: openBalances({ ...desk, offMinor: () => journal.offMinor(slips.offMinor) }),
    statements: openStatements({ ...desk, slips }),
    pendingLists: openPendingLists(desk),
    cards,
    clearings,
    transfers,
    mishaps,
    book,
    payments: openPayments({ ...desk, transfers, book, moves, plan }),
    moves,
    returns,
    recalls: openRecalls({ ...desk, book, returns }),
    payees: openPayees({ accounts }),
    directDebits,
    heartbeat: () => heartbeatOf({ id: world.newId('evt'), occurredAt: world.now() }),
    now: world.now,
    moveClock,
    doDue,
    expireDue: () => journal.record(undefined, doDue),
  };

  /** All that falls due by the clock, whether it is a hold's end or a payment's next status. */
  function doDue(): void {
    cards.expireDue();
    moves.moveDue();
    directDebits.collectDue();
  }

  /** Moves the clock to so many seconds ahead of the world's. What falls due by it is for whoever runs the bank. */
  function moveClock(aheadSeconds: number): void {
    if (aheadSeconds === clock.ahead()) return;
    clock.move(aheadSeconds);
    journal.moved(aheadSeconds);
  }
}

function randomId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}
