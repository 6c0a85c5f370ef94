import type { BankApi, BankFact, ListedEvent } from '../../../shared/banks/bank.ts';
import { bankNamed } from '../../../shared/banks/index.ts';
import { bookedMinorOf, type Finding, findingsOf, type Listed } from '../../../shared/domain/drift.ts';
import { type Part, type Parts, partKey } from '../../../shared/domain/transaction.ts';
import { type DeliveryData, fetchedDelivery } from '../../../shared/events/delivery.ts';
import { isEntryFact, partOf } from '../../../shared/events/entry-part.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { unhandled } from '../../../shared/runtime/handled-facts.ts';
import { accountFrom, accountPath } from '../../../shared/store/accounts.ts';
import { balanceFrom, balancesOf } from '../../../shared/store/balances.ts';
import { transactionFrom, transactionsOf } from '../../../shared/store/transactions.ts';

const PAGE = 300;
const PAGES_MAX = 1000;
// What is on its way is younger than this, and mostly all that makes the difference.
const LATELY_MS = 3_600_000;

export type Compared = {
  /** Unknown: the bank does not know the account. */
  readonly outcome: 'coherent' | 'on-its-way' | 'drift' | 'unknown';
  readonly findings: readonly Finding[];
  /** What is missing, as the bank lists it. */
  readonly deliveries: readonly DeliveryData[];
};

type Asked = {
  readonly bank: string;
  readonly api: BankApi;
  readonly reads: Reads;
  readonly snapshot: () => Reads;
  readonly accountId: string;
  readonly now: Date;
  readonly graceMs: number;
};

/**
 * Ours is read first, as of one moment, and then the bank is asked: so ours can only lack what has not arrived. Where that
 * alone explains the difference, nothing is wrong.
 */
export async function compare(asked: Asked): Promise<Compared> {
  const { bank, api, reads, accountId, graceMs } = asked;
  const past = asked.snapshot();
  const [document, balances] = await Promise.all([
    readOne(past, accountPath(accountId)),
    past.query(balancesOf(accountId)),
  ]);
  const account = accountFrom(document);
  const booked = await api.booked(accountId);
  if (!booked) return { outcome: 'unknown', findings: [], deliveries: [] };
  const { currency, asOf } = booked;
  const balanceMinor = balanceFrom(balances, currency).booked;
  const isOurs = account?.currency === undefined || account.currency === currency;
  if (isOurs && balanceMinor === booked.bookedMinor)
    return { outcome: 'coherent', findings: [], deliveries: [] };

  const settledBefore = new Date(Date.parse(asOf) - graceMs).toISOString();
  const since = new Date(Date.parse(asOf) - Math.max(LATELY_MS, 2 * graceMs)).toISOString();
  const lately = entriesIn(bank, asked.now, await listed(api, { accountId, since }, asOf));
  const absent = new Set(
    await unhandled(
      reads,
      lately.map(({ fact }) => fact),
    ),
  );
  const underWay = lately.filter(({ fact }) => absent.has(fact));
  const explains = bookedMinorOf(underWay, currency) === booked.bookedMinor - balanceMinor;
  if (isOurs && explains && underWay.every(({ part }) => part.occurredAt >= settledBefore))
    return { outcome: 'on-its-way', findings: [], deliveries: [] };

  const all = entriesIn(bank, asked.now, await listed(api, { accountId }, asOf));
  const { parts, transactionsMinor } = await transactionsIn(past, accountId, currency);
  const ours = { currency: account?.currency, balanceMinor, transactionsMinor, parts };
  const differing = findingsOf({ bank: booked, ours, listed: all, settledBefore });
  const isMissing = ({ cause }: Finding) => cause === 'missing-fact';
  // It may have arrived while the bank was asked.
  const now = differing.some(isMissing) ? await transactionsIn(reads, accountId, currency) : undefined;
  const findings = differing.filter((finding) => !isMissing(finding) || !now?.parts[finding.entry]);
  const missing = new Set(findings.filter(isMissing).map(({ entry }) => entry));
  const deliveries = all.flatMap(({ part, delivery }) => (missing.has(partKey(part)) ? [delivery] : []));
  return { outcome: findings.length > 0 ? 'drift' : 'on-its-way', findings, deliveries };
}

type Entry = Listed & { readonly fact: BankFact; readonly delivery: DeliveryData };

/** Of an account as a whole there is nothing to add up. */
function entriesIn(bank: string, now: Date, events: readonly ListedEvent[]): Entry[] {
  return events.flatMap(({ body }) => {
    const delivery = fetchedDelivery(bank, body, now);
    const facts = bankNamed(bank)?.translate({ ...delivery, body }).facts ?? [];
    return facts.flatMap((fact): Entry[] => {
      if (!isEntryFact(fact)) return [];
      return [{ part: partOf(fact), bankEventId: fact.data.bankEventId, fact, delivery }];
    });
  });
}

/** Up to an instant, and including it. */
async function listed(
  api: BankApi,
  window: { accountId: string; since?: string },
  upTo: string,
): Promise<ListedEvent[]> {
  const events: ListedEvent[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await api.events(window, after);
    events.push(...page.events.filter(({ occurredAt }) => occurredAt <= upTo));
    after = page.nextAfter;
    if (after === undefined) return events;
  }
  throw new Error('bank.list-too-long');
}

/** All entries of an account, and what its transactions sum to. */
async function transactionsIn(reads: Reads, accountId: string, currency: string) {
  let transactionsMinor = 0n;
  const parts: Record<string, Part> = {};
  let after: string | undefined;
  do {
    const page = await reads.query(transactionsOf(accountId, PAGE, after));
    for (const transaction of page.flatMap((document) => transactionFrom(document) ?? [])) {
      transactionsMinor += transaction.totals[currency]?.booked ?? 0n;
      for (const part of Object.values(transaction.parts)) parts[partKey(part)] = part;
    }
    after = page.length === PAGE ? page.at(-1)?.path : undefined;
  } while (after !== undefined);
  return { transactionsMinor, parts: parts as Parts };
}
