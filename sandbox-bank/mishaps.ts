import { drawsOf } from './chance.ts';
import { type Faults, faultsSchema } from './faults.ts';
import type { PaymentPlan } from './payment-plans.ts';
import { Problem } from './problem.ts';
import { ConnectionCut } from './unanswered.ts';

const rejectReasons = ['AC01', 'AC04', 'AC06', 'AM04', 'AG01', 'BE04', 'MS03', 'RR04'];
const returnReasons = ['AC01', 'AC04', 'AC06', 'MD06', 'MS03', 'FOCR'];

/** What goes wrong with payments: on the way to the bank and back, with what it took, and with what it is asked of it. */
export function openMishaps() {
  const met = {
    ...{ paymentsLate: 0, paymentsRejected: 0, paymentsReturned: 0 },
    ...{ paymentsFailed: 0, paymentsCutBefore: 0, paymentsCutAfter: 0, inquiriesFailed: 0 },
  };
  let faults = faultsSchema.parse({});
  let draws = streamsOf(faults);

  return { met, begin, ordering, inquiring, plan };

  /** Begins a new sequence of faults. What was taken keeps what was drawn for it. */
  function begin(next: Faults): void {
    faults = next;
    draws = streamsOf(next);
  }

  /** Takes an order with `take`, unless it fails before; or loses the answer to what was taken. */
  async function ordering<T>(take: () => Promise<T>): Promise<T> {
    const [before, fail, after] = [draws.order(), draws.order(), draws.order()];
    if (before < faults.paymentTimeoutBefore) {
      met.paymentsCutBefore += 1;
      throw new ConnectionCut();
    }
    if (fail < faults.paymentFail) {
      met.paymentsFailed += 1;
      throw new Problem(503, 'unavailable', 'Payments cannot be taken just now.');
    }
    const { paymentTimeoutAfter } = faults;
    const taken = await take();
    if (after >= paymentTimeoutAfter) return taken;
    met.paymentsCutAfter += 1;
    throw new ConnectionCut();
  }

  function inquiring(): void {
    if (draws.inquiry() >= faults.inquiryFail) return;
    met.inquiriesFailed += 1;
    throw new Problem(503, 'unavailable', 'What became of payments cannot be had just now.');
  }

  /** What will go wrong with the next payment that is taken. What is rejected is never returned. */
  function plan(): PaymentPlan {
    const [late, reject, why, giveBack, whyBack] = [1, 2, 3, 4, 5].map(draws.plan) as Draws;
    const isRejected = reject < faults.paymentReject;
    const isLate = isRejected || late < faults.paymentLate;
    const isReturned = !isRejected && giveBack < faults.paymentReturn;
    if (isRejected) met.paymentsRejected += 1;
    else if (isLate) met.paymentsLate += 1;
    if (isReturned) met.paymentsReturned += 1;
    return {
      ...(isLate && { lateMs: faults.paymentLateMs }),
      ...(isRejected && { rejectReason: oneOf(rejectReasons, why) }),
      ...(isReturned && { returnReason: oneOf(returnReasons, whyBack), returnMs: faults.paymentReturnMs }),
    };
  }
}

type Draws = [number, number, number, number, number];

/** Of streams of their own: how often somebody asks does not decide which payment is rejected. */
function streamsOf({ seed }: Faults) {
  return { order: drawsOf(seed, 6), plan: drawsOf(seed, 7), inquiry: drawsOf(seed, 8) };
}

function oneOf(codes: string[], drawn: number): string {
  return codes[Math.floor(drawn * codes.length)] as string;
}
