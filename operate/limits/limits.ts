import { exponentOf } from '../../shared/domain/currency.ts';
import type { Limits } from '../../shared/domain/funds.ts';
import { type Platform, type Reads, readOne } from '../../shared/platform/platform.ts';
import { reserveVariables } from '../../shared/runtime/reserve.ts';
import type { AuditEntry } from '../../shared/store/audit.ts';
import type { Stored } from '../../shared/store/document.ts';
import { limitsFrom, limitsPath, writeLimits } from '../../shared/store/ordered.ts';
import { commitAudited } from '../parked/audited.ts';
import { Refusal } from '../refusal.ts';

type Known = { readonly document: Stored; readonly limits: Limits | undefined };

/** A customer's own limits in a currency, if they have any. */
export async function readLimits(reads: Reads, customerId: string, currency: string): Promise<Known> {
  if (exponentOf(currency) === undefined)
    throw new Refusal('--currency is the three capital letters of a currency of ISO 4217, as in DKK.');
  const document = await readOne(reads, limitsPath(customerId, currency));
  return { document, limits: limitsFrom(document) };
}

type Figures = {
  readonly payment?: string | undefined;
  readonly day?: string | undefined;
  readonly customerDay?: string | undefined;
};
type Change = { readonly limits: Limits; readonly why: string };

/** What is to change by what was typed, undefined where nothing is; a `Refusal` says what is missing, or cannot be meant. */
export function changeAsked({
  why,
  ...figures
}: Figures & { readonly why?: string | undefined }): Change | undefined {
  if ([why, ...Object.values(figures)].every((typed) => typed === undefined)) return undefined;
  if (!why?.trim())
    throw new Refusal('--why is needed: it says in a few words why this customer has limits of their own.');
  const limits = limitsIn(figures);
  if (limits.dayMinor < limits.paymentMinor)
    throw new Refusal('--day is below --payment: no payment could be as much as that.');
  if (limits.customerDayMinor < limits.dayMinor)
    throw new Refusal('--customer-day is below --day: from no account could be ordered as much as that.');
  return { limits, why: why.trim() };
}

function limitsIn(figures: Figures): Limits {
  const minor = (name: keyof Figures, option: string) => {
    const digits = figures[name] ?? '';
    if (!/^(0|[1-9][0-9]{0,14})$/.test(digits))
      throw new Refusal(
        `${option} is a whole number of minor units: 100000 is DKK 1,000.00. All three are needed.`,
      );
    return BigInt(digits);
  };
  return {
    paymentMinor: minor('payment', '--payment'),
    dayMinor: minor('day', '--day'),
    customerDayMinor: minor('customerDay', '--customer-day'),
  };
}

/** Sets them, and keeps who did it and why in the same commit. */
export async function setLimits(
  platform: Platform,
  { document }: Known,
  { limits, why }: Change,
  by: Pick<AuditEntry, 'at' | 'by' | 'customerId'>,
): Promise<void> {
  if (!(await commitAudited(platform, { ...by, action: 'limit', why }, [writeLimits(document, limits)])))
    throw new Refusal('Somebody else changed them a moment ago: look at them again.');
}

/** Whose limits count, and their figures; those of all customers as the code has them, since no command sees a deployed configuration. */
export function lineOf(own: Limits | undefined, currency: string): string {
  if (own) return figuresOf(own);
  const ofAll = reserveVariables.PAYMENT_LIMITS.parse(undefined)[currency];
  return ofAll
    ? `No limits of their own, so those of all count: ${figuresOf(ofAll)}, unless PAYMENT_LIMITS says others where it is deployed.`
    : `No limits of their own, and none of all: nothing can be ordered in ${currency}, unless PAYMENT_LIMITS has it where it is deployed.`;
}

function figuresOf({ paymentMinor, dayMinor, customerDayMinor }: Limits): string {
  return `a payment ${paymentMinor}, an account’s day ${dayMinor}, a customer’s day ${customerDayMinor} minor units`;
}
