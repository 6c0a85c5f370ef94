import type { Limits } from '../../shared/domain/funds.ts';
import { type Platform, type Reads, readOne } from '../../shared/platform/platform.ts';
import type { AuditEntry } from '../../shared/store/audit.ts';
import type { Stored } from '../../shared/store/document.ts';
import { limitsFrom, limitsPath, writeLimits } from '../../shared/store/ordered.ts';
import { commitAudited } from '../parked/audited.ts';
import { Refusal } from '../refusal.ts';

type Known = { readonly document: Stored; readonly limits: Limits | undefined };

/** A customer's own limits in a currency, if they have any. */
export async function readLimits(reads: Reads, customerId: string, currency: string): Promise<Known> {
  if (!/^[A-Z]{3}$/.test(currency)) throw new Refusal('--currency is three capital letters, as in DKK.');
  const document = await readOne(reads, limitsPath(customerId, currency));
  return { document, limits: limitsFrom(document) };
}

/** What was typed, as minor units; a `Refusal` says which is missing or no whole number. */
export function limitsAsked(typed: {
  readonly payment?: string | undefined;
  readonly day?: string | undefined;
  readonly customerDay?: string | undefined;
}): Limits {
  const minor = (name: keyof typeof typed, option: string) => {
    const digits = typed[name] ?? '';
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
  limits: Limits,
  by: Pick<AuditEntry, 'at' | 'by' | 'customerId' | 'why'>,
): Promise<void> {
  if (!(await commitAudited(platform, { ...by, action: 'limit' }, [writeLimits(document, limits)])))
    throw new Refusal('Somebody else changed them a moment ago: look at them again.');
}

export function linesOf(limits: Limits | undefined): string {
  if (!limits) return 'No limits of their own: those of the configuration count (PAYMENT_LIMITS).';
  const { paymentMinor, dayMinor, customerDayMinor } = limits;
  return `a payment ${paymentMinor}, an account’s day ${dayMinor}, a customer’s day ${customerDayMinor} minor units`;
}
