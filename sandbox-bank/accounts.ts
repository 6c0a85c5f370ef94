import { type BankEvent, type EventData, type EventType, eventOf } from './events.ts';
import type { Ledger } from './ledger.ts';
import type { Currency } from './money.ts';
import { notFound, Problem } from './problem.ts';

export interface Account {
  id: string;
  cardId: string;
  ownerRefs: string[];
  currency: Currency;
  iban?: string | undefined;
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

/** The customers' accounts, and the log of everything that was told about each. */
export function openAccounts({ ledger, now, newId, onEvent }: World & { ledger: Ledger }) {
  const accounts = new Map<string, Account & { log: BankEvent[]; positions: Map<string, number> }>();

  return { open, get, change, tell, events };

  /** Opens an account with one card. */
  function open(request: Pick<Account, 'ownerRefs' | 'currency' | 'iban'>): Account {
    const ids = { id: newId('acct'), cardId: newId('card') };
    const account: Account = { ...ids, ...request, status: 'open', resourceVersion: 1 };
    accounts.set(account.id, { ...account, log: [], positions: new Map() });
    ledger.open(account);
    tellState(account, 'account.opened');
    return get(account.id);
  }

  function get(id: string) {
    const account = accounts.get(id);
    if (!account) throw notFound('account');
    return account;
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
    tellState(account, type, reason);
    return account;
  }

  /** Writes one event into the account's log and hands it to whoever delivers it. */
  function tell<T extends EventType>(
    to: Pick<Account, 'id'>,
    type: T,
    data: EventData<T>,
    resourceVersion?: number,
  ) {
    const { id: accountId, log, positions } = get(to.id);
    const event = eventOf({ id: newId('evt'), type, occurredAt: now(), accountId, resourceVersion, data });
    positions.set(event.id, log.push(event) - 1);
    onEvent(event);
  }

  /** A page of the log, oldest first. `nextAfter` is there while more events follow the page. */
  function events(id: string, page: { after?: string | undefined; limit: number }) {
    const { log, positions } = get(id);
    const position = page.after === undefined ? -1 : positions.get(page.after);
    if (position === undefined) throw new Problem(400, 'invalid-query', 'after: is no event of this account');
    const items = log.slice(position + 1, position + 1 + page.limit);
    const more = position + 1 + items.length < log.length;
    return { items, nextAfter: more ? items.at(-1)?.id : undefined };
  }

  function tellState(
    account: Account,
    type: 'account.opened' | keyof typeof statusAfter,
    reason?: string,
  ): void {
    const { ownerRefs, currency, iban, resourceVersion } = account;
    tell(account, type, { ownerRefs, currency, iban, reason }, resourceVersion);
  }
}
