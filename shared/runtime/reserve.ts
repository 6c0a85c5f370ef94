import * as z from 'zod';
import { type Limits, type Refusal, refusalOf } from '../domain/funds.ts';
import { utc } from '../domain/instant.ts';
import type { PaymentOrder } from '../domain/payment.ts';
import { currencyCode, minorUnits } from '../events/event.ts';
import { type Reads, readOne } from '../platform/platform.ts';
import { balanceFrom, balancesOf } from '../store/balances.ts';
import { bankBalanceFrom, bankBalancePath } from '../store/bank-balances.ts';
import type { Stored, Write } from '../store/document.ts';
import {
  accountDayPath,
  customerDayPath,
  limitsFrom,
  limitsPath,
  orderedMinorIn,
  writeOrdered,
} from '../store/ordered.ts';
import {
  reservationsIn,
  reservationsPath,
  reservedIn,
  writeReleased,
  writeReserved,
} from '../store/reservations.ts';
import { jsonVariable } from './json-variable.ts';
import { readTransactionsSince } from './transactions-since.ts';

const limits = z.object({ paymentMinor: minorUnits, dayMinor: minorUnits, customerDayMinor: minorUnits });

const LIMITS = Object.fromEntries(
  ['DKK', 'EUR', 'GBP', 'NOK', 'SEK', 'USD'].map((currency) => [
    currency,
    { paymentMinor: '50000000', dayMinor: '100000000', customerDayMinor: '200000000' },
  ]),
);

/** The variables of whoever reserves money. */
export const reserveVariables = {
  /**
   * By currency, as JSON, for customers who have no limits of their own; in another currency nothing can be ordered. It is
   * no table of all that ISO 4217 has, because what is much in a currency is for whoever serves it to say.
   */
  PAYMENT_LIMITS: jsonVariable(z.record(currencyCode, limits), JSON.stringify(LIMITS)),
  /**
   * Whose balance an order is held against: booked less held by our own count, or what the bank last said is available,
   * less what later entries took.
   */
  FUNDS: z.enum(['ours', 'bank']).default('ours'),
};

export type ReserveConfig = {
  readonly PAYMENT_LIMITS: Readonly<Record<string, Limits>>;
  readonly FUNDS: 'ours' | 'bank';
};

type Order = Pick<PaymentOrder, 'id' | 'customerId' | 'accountId' | 'amount' | 'scheme'>;

/** Nobody set limits in the currency; `variable` is where those of all customers would stand, as in `PAYMENT_LIMITS.JPY`. */
type Limitless = { readonly refused: 'limit-none'; readonly variable: string };

export type Reserved =
  | { readonly refused: Refusal }
  | Limitless
  /** `reservedOn` is the day into whose limits it was counted. */
  | { readonly reservedOn: string; readonly writes: readonly Write[] };

/**
 * Reserves an order's money and counts it into its day's limits, or says why not. What is reserved is read and written, so
 * of two orders at once one is decided again, on what the other left.
 */
export async function reserve(
  reads: Reads,
  order: Order,
  day: string,
  config: ReserveConfig,
): Promise<Reserved> {
  const { accountId, customerId } = order;
  const isOwn = order.scheme === 'own-account';
  const { amountMinor, currency } = order.amount;
  const paths = [
    accountDayPath(accountId, day),
    customerDayPath(customerId, day),
    limitsPath(customerId, currency),
  ];
  const [balances, days] = await Promise.all([reads.query(balancesOf(accountId)), reads.get(paths)]);
  const [accountDay, customerDay, own] = days as [Stored, Stored, Stored];
  const limits = limitsFrom(own) ?? config.PAYMENT_LIMITS[currency];
  if (!limits) return limitlessIn(currency);

  const reservations = reservationsIn(accountId, balances);
  const funds = {
    balanceMinor: await balanceMinorOf(reads, { accountId, balances, currency }, config.FUNDS),
    reserved: reservedIn(reservations),
    accountDayMinor: orderedMinorIn(accountDay, currency),
    customerDayMinor: orderedMinorIn(customerDay, currency),
  };
  const refused = refusalOf({ amountMinor, isOwn }, funds, limits);
  if (refused) return { refused };
  const counted = isOwn
    ? []
    : [accountDay, customerDay].map((document) => writeOrdered(document, currency, amountMinor));
  return { reservedOn: day, writes: [writeReserved(reservations, order.id, amountMinor), ...counted] };
}

/** Why such an order can never be reserved, whatever money there is; undefined where it may be. */
export async function limitless(
  reads: Reads,
  { customerId, amount: { currency } }: Pick<Order, 'customerId' | 'amount'>,
  { PAYMENT_LIMITS }: Pick<ReserveConfig, 'PAYMENT_LIMITS'>,
): Promise<Limitless | undefined> {
  if (PAYMENT_LIMITS[currency]) return undefined;
  const own = limitsFrom(await readOne(reads, limitsPath(customerId, currency)));
  return own ? undefined : limitlessIn(currency);
}

function limitlessIn(currency: string): Limitless {
  return { refused: 'limit-none', variable: `PAYMENT_LIMITS.${currency}` };
}

/** Gives back what was reserved, and its share of its day's limits: it will never be paid. */
export async function giveBack(reads: Reads, order: Order, day: string): Promise<Write[]> {
  const [reservations, uncounted] = await Promise.all([
    readOne(reads, reservationsPath(order.accountId)),
    recount(reads, order, day, -order.amount.amountMinor),
  ]);
  return [...writeReleased(reservations, order.id), ...uncounted];
}

/** Changes by so much what its day's limits count of it. */
export async function recount(reads: Reads, order: Order, day: string, byMinor: bigint): Promise<Write[]> {
  if (order.scheme === 'own-account') return [];
  const { accountId, customerId, amount } = order;
  const days = await reads.get([accountDayPath(accountId, day), customerDayPath(customerId, day)]);
  return days.map((document) => writeOrdered(document, amount.currency, byMinor));
}

type Holdings = {
  readonly accountId: string;
  readonly balances: readonly Stored[];
  readonly currency: string;
};

async function balanceMinorOf(
  reads: Reads,
  { accountId, balances, currency }: Holdings,
  whose: ReserveConfig['FUNDS'],
): Promise<bigint> {
  const { booked, held } = balanceFrom(balances, currency);
  const said = balances.find(({ path }) => path === bankBalancePath(accountId));
  const bank = said && bankBalanceFrom(said);
  if (whose === 'ours' || bank?.currency !== currency || bank.availableMinor === undefined)
    return booked - held;
  return bank.availableMinor - (await takenSince(reads, { accountId, currency }, bank.asOf));
}

/**
 * What entries later than the bank's figure took. It is read after the balances: a reservation that is no longer among
 * those has its entry here. What came in meanwhile is the bank's to make available, and it says so in its next figure.
 */
async function takenSince(
  reads: Reads,
  { accountId, currency }: Pick<Holdings, 'accountId' | 'currency'>,
  asOf: string,
): Promise<bigint> {
  const since = utc(asOf);
  const later = (await readTransactionsSince(reads, accountId, since)).filter(
    ({ summary }) => summary.latestAt > since,
  );
  return later.reduce((takenMinor, { totals }) => {
    const { booked = 0n, held = 0n } = totals[currency] ?? {};
    return held > booked ? takenMinor + held - booked : takenMinor;
  }, 0n);
}
