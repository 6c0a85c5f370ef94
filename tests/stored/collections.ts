import { keepStandingOrder } from '../../shared/runtime/standing-order.ts';
import { accountFrom, writeAccount } from '../../shared/store/accounts.ts';
import { auditFrom, createAudit } from '../../shared/store/audit.ts';
import { balanceFrom, figuresIn, isShard } from '../../shared/store/balances.ts';
import { bankBalanceFrom, writeBankBalance } from '../../shared/store/bank-balances.ts';
import { bankListFrom, writeBankList } from '../../shared/store/bank-lists.ts';
import { createDelivery, deliveryFrom } from '../../shared/store/deliveries.ts';
import { devicesFrom, holderFrom, writeDevices, writeHolder } from '../../shared/store/devices.ts';
import {
  directDebitFrom,
  mandateFrom,
  writeDirectDebit,
  writeMandate,
} from '../../shared/store/direct-debits.ts';
import { defined, type Fields, lastId, type Stored, type Write } from '../../shared/store/document.ts';
import { driftFrom, writeDrift } from '../../shared/store/drifts.ts';
import { createInbox, inboxFrom } from '../../shared/store/inbox.ts';
import {
  movedTo,
  notificationFrom,
  writeMoved,
  writeNotification,
} from '../../shared/store/notifications.ts';
import { limitsFrom, orderedMinorIn } from '../../shared/store/ordered.ts';
import { messageFrom, parkedFrom } from '../../shared/store/parked.ts';
import { passkeysFrom, registrationFrom, writePasskeys } from '../../shared/store/passkeys.ts';
import { paymentFrom, writePayment } from '../../shared/store/payments.ts';
import { pendingFrom, writePending } from '../../shared/store/pending.ts';
import { preferencesFrom, writePreferences } from '../../shared/store/preferences.ts';
import { rebuildFrom, writeRebuild } from '../../shared/store/rebuilds.ts';
import { RESERVATIONS, reservedIn } from '../../shared/store/reservations.ts';
import { roundFrom, writeRound } from '../../shared/store/rounds.ts';
import { createEntry, entryFrom, spendingFrom, writeSpending } from '../../shared/store/spending.ts';
import { standingOrderFrom } from '../../shared/store/standing-orders.ts';
import { statementFrom, writeStatement } from '../../shared/store/statements.ts';
import {
  aliasesFrom,
  transactionFrom,
  writeAlias,
  writeTransaction,
} from '../../shared/store/transactions.ts';
import { unmatchedFrom, writeUnmatched } from '../../shared/store/unmatched.ts';

/** An account's owners, a customer themselves, or no app whatever. Nobody writes but our functions. */
type Readers = 'owners' | 'customer' | 'nobody';

type Collection = {
  readonly readBy: Readers;
  /** What today's code, having read a document, would write of it again; nothing where it holds bytes alone. */
  readonly again?: (read: Stored) => Fields;
};

/** Every collection there is, named with a star in the place of each id: who may read it, and how it is read. */
export const COLLECTIONS: Readonly<Record<string, Collection>> = {
  accounts: { readBy: 'owners', again: rewritten(accountFrom, writeAccount) },
  'accounts/*/balances': { readBy: 'owners', again: balanceAgain },
  'accounts/*/transactions': { readBy: 'owners', again: transactionAgain },
  'customers/*/notifications': { readBy: 'customer', again: notificationAgain },
  'customers/*/preferences': { readBy: 'customer', again: rewritten(preferencesFrom, writePreferences) },

  // An app asks functions for these: of what they answer some is kept in fields of our own alone, and some is reckoned.
  payments: { readBy: 'nobody', again: rewritten(paymentFrom, writePayment) },
  'standing-orders': { readBy: 'nobody', again: rewritten(standingOrderFrom, keepStandingOrder) },
  'accounts/*/mandates': { readBy: 'nobody', again: rewritten(mandateFrom, writeMandate) },
  'accounts/*/direct-debits': { readBy: 'nobody', again: rewritten(directDebitFrom, writeDirectDebit) },
  'accounts/*/merchants': { readBy: 'nobody', again: rewritten(spendingFrom, writeSpending) },
  'customers/*/devices': { readBy: 'nobody', again: rewritten(devicesFrom, writeDevices) },
  'customers/*/passkeys': {
    readBy: 'nobody',
    again: (read) => fieldsOf(writePasskeys(read, passkeysFrom(read), registrationFrom(read))),
  },
  'customers/*/limits': { readBy: 'nobody', again: (read) => defined(limitsFrom(read) ?? {}) },

  'accounts/*/spending': { readBy: 'nobody', again: orderedAgain },
  'customers/*/spending': { readBy: 'nobody', again: orderedAgain },
  'accounts/*/pending': { readBy: 'nobody', again: rewritten(pendingFrom, writePending) },
  'accounts/*/tallied': {
    readBy: 'nobody',
    again: rewritten(entryFrom, (read, entry) => createEntry(read.path, entry)),
  },
  'accounts/*/_statements': { readBy: 'nobody', again: rewritten(statementFrom, writeStatement) },
  unmatched: { readBy: 'nobody', again: rewritten(unmatchedFrom, writeUnmatched) },
  drift: { readBy: 'nobody', again: rewritten(driftFrom, writeDrift) },
  pushTokens: { readBy: 'nobody', again: rewritten(holderFrom, writeHolder) },

  deliveries: { readBy: 'nobody', again: (read) => fieldsOf(createDelivery(deliveryFrom(read, []))[0]) },
  'deliveries/*/chunks': { readBy: 'nobody' },
  inbox: {
    readBy: 'nobody',
    again: rewritten(
      (read) => inboxFrom(read, []),
      (read, entry) => createInbox(read.path, entry)[0],
    ),
  },
  'inbox/*/chunks': { readBy: 'nobody' },
  parked: { readBy: 'nobody', again: parkedAgain },
  'parked/*/chunks': { readBy: 'nobody' },
  audit: {
    readBy: 'nobody',
    again: rewritten(
      (read) => auditFrom([read])[0],
      (read, entry) => createAudit(lastId(read.path), entry),
    ),
  },
  bankLists: { readBy: 'nobody', again: rewritten(bankListFrom, writeBankList) },
  rounds: { readBy: 'nobody', again: rewritten(roundFrom, writeRound) },
  rebuilds: { readBy: 'nobody', again: rewritten(rebuildFrom, writeRebuild) },
};

/** The collection that a document is in, as it is named here. */
export function collectionNameOf(documentPath: string): string {
  const segments = documentPath.split('/').slice(0, -1);
  return segments.map((segment, n) => (n % 2 === 0 ? segment : '*')).join('/');
}

function rewritten<T>(from: (read: Stored) => T | undefined, write: (read: Stored, known: T) => Write) {
  return (read: Stored): Fields => {
    const known = from(read);
    if (known === undefined) throw new Error(`${read.path} is not read`);
    return fieldsOf(write(read, known));
  };
}

function fieldsOf(write: Write | undefined): Fields {
  return write && 'fields' in write ? write.fields : {};
}

function balanceAgain(read: Stored): Fields {
  if (lastId(read.path) === RESERVATIONS) return { open: reservedIn(read) };
  if (!isShard(read.path)) return rewritten(bankBalanceFrom, writeBankBalance)(read);
  const figures = [...figuresIn([read])].map(([currency, { booked, held }]) => [currency, { booked, held }]);
  const { asOf } = balanceFrom([read], 'DKK');
  return defined({ ...Object.fromEntries(figures), asOfMs: asOf && BigInt(Date.parse(asOf)) });
}

function transactionAgain(read: Stored): Fields {
  const aliasOf = aliasesFrom(read);
  if (aliasOf.length > 0) return fieldsOf(writeAlias(read, aliasOf));
  return rewritten(transactionFrom, writeTransaction)(read);
}

function notificationAgain(read: Stored): Fields {
  const to = movedTo(read);
  if (to !== undefined) return fieldsOf(writeMoved(read, to));
  return rewritten(notificationFrom, writeNotification)(read);
}

function orderedAgain(read: Stored): Fields {
  return { DKK: orderedMinorIn(read, 'DKK') };
}

function parkedAgain(read: Stored): Fields {
  const { attributes, data } = messageFrom(read, []);
  return defined({ ...parkedFrom(read), attributes, bytes: new Uint8Array(data) });
}
