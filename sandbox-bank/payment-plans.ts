import * as z from 'zod';
import type { IsoStatus } from './payment-states.ts';

const ms = z.int().min(0);

/** What will go wrong with one payment, as drawn when it was taken: settled late, or rejected then; or returned. */
export const paymentPlan = z.object({
  lateMs: ms.optional(),
  rejectReason: z.string().optional(),
  returnReason: z.string().optional(),
  returnMs: ms.optional(),
});
export type PaymentPlan = z.output<typeof paymentPlan>;

export const schemes = ['sepa', 'sepa-instant', 'domestic', 'own-account'] as const;
export type Scheme = (typeof schemes)[number];

/** A status that a payment takes by itself, so long after it was taken. */
export interface Step {
  afterMs: number;
  isoStatus: IsoStatus;
  reason?: string | undefined;
}

const instantStepMs = 250;

/** The way of a payment from RCVD by the clock; none at all where it settles at once. */
export function stepsOf(scheme: Scheme | undefined, plan: PaymentPlan): Step[] {
  const isInstant = scheme === 'sepa-instant';
  const isLate = plan.lateMs !== undefined;
  if (!isInstant && !isLate) return [];

  const way: IsoStatus[] = isLate ? ['PDNG', 'ACSP'] : ['ACSP'];
  const endMs = plan.lateMs ?? instantStepMs * (way.length + 1);
  const steps: Step[] = way.map((isoStatus, n) => ({
    afterMs: Math.floor((endMs * (n + 1)) / (way.length + 1)),
    isoStatus,
  }));
  if (plan.rejectReason) return [...steps, { afterMs: endMs, isoStatus: 'RJCT', reason: plan.rejectReason }];
  steps.push({ afterMs: endMs, isoStatus: 'ACSC' });
  // Only an instant scheme says that the creditor has it.
  if (isInstant) steps.push({ afterMs: endMs + instantStepMs, isoStatus: 'ACCC' });
  return steps;
}
