import type { Authorisation, Challenge } from './authorisation.ts';
import { addDays, type BankCalendar, nextBankDay, previousBankDay } from './bank-days.ts';
import type { Money } from './money.ts';
import type { Creditor, Scheme } from './payment.ts';
import { dueDatesOf, isPausedOn, type Pause, type Run, type Schedule } from './standing-order.ts';

/** What a customer has paid again and again, and how far that has come. */
export type StandingOrder = {
  readonly id: string;
  /** Who ordered it: one of the account's owners. */
  readonly customerId: string;
  readonly accountId: string;
  readonly bank: string;
  readonly scheme: Scheme;
  readonly amount: Money;
  readonly creditor: Creditor;
  readonly remittance?: string | undefined;
  readonly createdAt: string;
  readonly schedule: Schedule;
  readonly convention?: 'following' | 'preceding' | undefined;
  readonly pauses: readonly Pause[];
  /** What is due up to this date has been paid, or was not to be: the due date of its last run, as a rule. */
  readonly lastDueOn?: string | undefined;
  /** The plain date on which somebody ended it: no run happens after that, whenever it was due. */
  readonly endedOn?: string | undefined;
  /** It runs only once the customer has proved who they are. */
  readonly isAwaitingAuthorisation: boolean;
  /** Of one that awaits it: what makes it this one. */
  readonly challenge?: Challenge | undefined;
  readonly authorisation?: Authorisation | undefined;
};

export type StandingOrderState = 'awaiting-authorisation' | 'active' | 'paused' | 'ended';

/** From each state the ones that may follow, as the docs draw them. */
export const STANDING_ORDER_MAY_BE: Readonly<Record<StandingOrderState, readonly StandingOrderState[]>> = {
  'awaiting-authorisation': ['active', 'ended'],
  active: ['paused', 'ended'],
  paused: ['active', 'ended'],
  ended: [],
};

// More than any step, which is twelve months at most.
const LONGEST_STEP_DAYS = 400;

/**
 * The first run that has not been made, whether its day is to come or past; undefined where none will be. Without a
 * calendar banks are never closed, as for instant payments.
 */
export function nextRunOf(order: StandingOrder, calendar: BankCalendar | undefined): Run | undefined {
  if (order.endedOn !== undefined || order.isAwaitingAuthorisation) return undefined;
  const dueOn = nextDueOn(order);
  if (dueOn === undefined) return undefined;
  const move = order.convention === 'preceding' ? previousBankDay : nextBankDay;
  return { dueOn, executesOn: calendar ? move(calendar, dueOn) : dueOn };
}

/** What it is on a plain date. One that is paused with nothing left to run but what a resumption would bring is paused. */
export function standingOrderStateOf(order: StandingOrder, today: string): StandingOrderState {
  const { endedOn, isAwaitingAuthorisation, pauses } = order;
  if (endedOn !== undefined || !hasRunsLeft(order, today)) return 'ended';
  if (isAwaitingAuthorisation) return 'awaiting-authorisation';
  return isPausedOn(pauses, today) ? 'paused' : 'active';
}

/** After its next run, which is due on this date. */
export function withRun(order: StandingOrder, dueOn: string): StandingOrder {
  return { ...order, lastDueOn: dueOn };
}

export function withPause(order: StandingOrder, pause: Pause): StandingOrder {
  return { ...order, pauses: [...order.pauses, pause] };
}

/**
 * Authorised on this day, and received only then (PSD2, article 78): what was due before it is not caught up, as after a
 * pause.
 */
export function authorisedOn(
  today: string,
  order: StandingOrder,
  authorisation: Authorisation,
): StandingOrder {
  const wasDue = order.schedule.startsOn < today;
  return {
    ...order,
    ...{ isAwaitingAuthorisation: false, challenge: undefined, authorisation },
    lastDueOn: wasDue ? addDays(today, -1) : undefined,
  };
}

/** Not paused from today on. What was due until yesterday stays as it was: a pause is not caught up. */
export function resumed(order: StandingOrder, today: string): StandingOrder {
  const until = addDays(today, -1);
  const begun = order.pauses.filter(({ from }) => from <= until);
  return {
    ...order,
    pauses: begun.map((pause) => (isPausedOn([pause], today) ? { ...pause, until } : pause)),
  };
}

/** Ended at once, or on the last date on which it may still be due. */
export function ended(order: StandingOrder, today: string, endsOn?: string): StandingOrder {
  return endsOn === undefined
    ? { ...order, endedOn: today }
    : { ...order, schedule: { ...order.schedule, endsOn } };
}

function hasRunsLeft(order: StandingOrder, today: string): boolean {
  const { lastDueOn = '' } = order;
  if (nextDueOn(order) !== undefined) return true;
  const yesterday = addDays(today, -1);
  return (
    nextDueOn({ ...order, pauses: [], lastDueOn: lastDueOn > yesterday ? lastDueOn : yesterday }) !==
    undefined
  );
}

function nextDueOn({ schedule, pauses, lastDueOn = '' }: StandingOrder): string | undefined {
  const { startsOn } = schedule;
  let from = lastDueOn < startsOn ? startsOn : addDays(lastDueOn, 1);
  for (;;) {
    const [dueOn] = dueDatesOf(schedule, { from, until: addDays(from, LONGEST_STEP_DAYS) });
    const pause = pauses.find((each) => dueOn !== undefined && isPausedOn([each], dueOn));
    if (!pause) return dueOn;
    if (pause.until === undefined) return undefined;
    from = addDays(pause.until, 1);
  }
}
