import type * as z from 'zod';
import { type BankEvent, type EventData, type EventType, eventOf } from './events.ts';
import { ownIban } from './ibans.ts';
import type { Ledger } from './ledger.ts';
import type { EventList } from './list.ts';
import { amountOf, type Currency, type Direction } from './money.ts';
import { notFound, Problem, wrongField } from './problem.ts';
import type * as requests from './requests.ts';

export interface Account {
  id: string;
  cardId: string;
  ownerRefs: string[];
  currency: Currency;
  iban: string;
  /** What it was opened with. An IBAN that the bank made is answered, and not told. */
  givenIban?: string | undefined;
  holderName?: string | undefined;
  status: 'open' | 'frozen' | 'closed';
  resourceVersion: number;
}

/** What the bank needs from the world around it; tests choose the day and the ids. */
export interface World {
  now: () => Date;
  newId: (prefix: string) => string;
  onEvent: (event: BankEvent) => void;
}

/** What every desk of the bank works with. */
export interface Desk extends World {
  ledger: Ledger;
  accounts: Accounts;
}

export type Accounts = ReturnType<typeof openAccounts>;

const statusAfter = {
  'account.frozen': 'frozen',
  'account.unfrozen': 'open',
  'account.closed': 'closed',
} as const;

/** The customers' accounts, and the way in which all that happens to them is told. */
export function openAccounts(options: World & { ledger: Ledger; list: EventList }) {
  const { ledger, list, now, newId, onEvent } = options;
  const accounts = new Map<string, Account>();
  const byIban = new Map<string, Account>();

  return { open, get, find, withIban, change, tell, events };

  /** Opens an account with one card, and with the balance that it had elsewhere. */
  function open(request: z.output<typeof requests.openAccount>): Account {
    const { broughtForward, iban: givenIban, ...said } = request;
    const asOf = broughtForward?.asOf ?? now();
    if (asOf > now()) throw wrongField('broughtForward/asOf', 'has not come yet');
    const ids = { id: newId('acct'), cardId: newId('card') };
    const iban = givenIban ?? ownIban({ ...ids, ...said }, (own) => byIban.has(own));
    const account: Account = { ...ids, ...said, iban, givenIban, status: 'open', resourceVersion: 1 };
    accounts.set(account.id, account);
    if (!byIban.has(iban)) byIban.set(iban, account);
    ledger.open(account);
    const history = broughtForward && bringForward(account, { ...broughtForward, asOf });
    tellState(account, 'account.opened', { broughtForward: history });
    return get(account.id);
  }

  /** The account's first line. It stands on the day that it is as of, which may be long before the account was here. */
  function bringForward(account: Account, line: { direction: Direction; amountMinor: bigint; asOf: Date }) {
    const { direction, amountMinor } = line;
    const asOf = line.asOf.toISOString();
    ledger.book({
      lineId: newId('line'),
      accountId: account.id,
      direction,
      amountMinor,
      bookedOn: asOf.slice(0, 10),
      against: 'brought-forward',
      reference: {},
    });
    return { direction, amount: amountOf(account, amountMinor), asOf };
  }

  function get(id: string) {
    const account = accounts.get(id);
    if (!account) throw notFound('account');
    return account;
  }

  function find(id: string): Account | undefined {
    return accounts.get(id);
  }

  /** The first account that was opened with it, as nothing keeps two from having the same. */
  function withIban(iban: string): Account | undefined {
    return byIban.get(iban);
  }

  /** Freezes, unfreezes or closes. To ask for the state that is there already changes and tells nothing. */
  function change(id: string, type: keyof typeof statusAfter, reason?: string): Account {
    const account = get(id);
    const status = statusAfter[type];
    if (account.status === status) return account;
    if (account.status === 'closed')
      throw new Problem(409, 'account-closed', 'A closed account stays closed.');
    account.status = status;
    account.resourceVersion += 1;
    tellState(account, type, { reason });
    return account;
  }

  /** Writes one event into the list and hands it to whoever delivers it. */
  function tell<T extends EventType>(
    to: Pick<Account, 'id'>,
    type: T,
    data: EventData<T>,
    resourceVersion?: number,
  ) {
    const { id: accountId } = get(to.id);
    const event = eventOf({ id: newId('evt'), type, occurredAt: now(), accountId, resourceVersion, data });
    list.write(event);
    onEvent(event);
  }

  /** A page of what was told of one account, oldest first. */
  function events(id: string, page: z.output<typeof requests.eventsPage>) {
    return list.ofAccount(get(id).id, page);
  }

  function tellState(
    account: Account,
    type: 'account.opened' | keyof typeof statusAfter,
    more: Pick<EventData<'account.opened'>, 'reason' | 'broughtForward'>,
  ): void {
    const { ownerRefs, currency, givenIban: iban, resourceVersion } = account;
    tell(account, type, { ownerRefs, currency, iban, ...more }, resourceVersion);
  }
}
