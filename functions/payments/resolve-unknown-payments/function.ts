import * as z from 'zod';
import type { BankApi } from '../../../shared/banks/bank.ts';
import { apiVariables, bankNamed, openApis } from '../../../shared/banks/index.ts';
import type { Payment } from '../../../shared/domain/payment.ts';
import { draft } from '../../../shared/events/event.ts';
import { paymentNotReceived, paymentStatusChanged } from '../../../shared/events/payment-facts.ts';
import { paymentReleased } from '../../../shared/events/payments.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { onSchedule } from '../../../shared/runtime/on-schedule.ts';
import { isPastCalls, mayCall, statusFact } from '../../../shared/runtime/payment-word.ts';
import { paymentFrom, paymentsAwaitingBank, placeOf } from '../../../shared/store/payments.ts';

const PAGE = 100;
const AT_ONCE = 10;
const TICK_MS = 240_000;
const LATE_MS = 900_000;

/**
 * Asks the bank what became of payments whose outcome nobody knows. What it does not know is released once more, under
 * its key, while the bank surely remembers that; long after, it was never received.
 */
export default onSchedule({
  name: 'resolve-unknown-payments',
  everyMinutes: 1,
  publishes: [paymentStatusChanged, paymentNotReceived, paymentReleased],
  impact: 'A payment whose answer was lost stays unknown: neither sent nor free to be ordered again.',
  config: z.object({
    ...apiVariables,
    // Most answers are on their way, and the bank’s own webhook tells the rest.
    UNKNOWN_AFTER_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  }),
  connect: ({ config, reads, ask, measures }) => ({
    ...{ reads, measures, apis: openApis(config, ask), afterMs: config.UNKNOWN_AFTER_SECONDS * 1000 },
  }),
  async deliver(_tick, { deps: { reads, apis, measures, afterMs }, now }) {
    const events = [];
    let count = 0;
    for await (const some of awaiting(reads, new Date(now.getTime() - afterMs), Date.now() + TICK_MS)) {
      const resolved = await Promise.all(
        some.map(async (payment) => ({ payment, ...(await resolve(apis.get(payment.bank), payment, now)) })),
      );
      for (const { payment, outcome, told } of resolved) {
        events.push(...told);
        measures.inquiries.add(1, { bank: payment.bank, outcome, late: `${isLate(payment, now)}` });
      }
      count += some.length;
    }
    return { count, events };
  },
});

/** A few at a time, those who wait longest first. What a tick has no time for is the next one’s. */
async function* awaiting(reads: Reads, since: Date, untilMs: number): AsyncGenerator<Payment[]> {
  let after: readonly [string, string] | undefined;
  do {
    const page = await reads.query(paymentsAwaitingBank(since.toISOString(), PAGE, after));
    const payments = page.flatMap((document) => paymentFrom(document) ?? []);
    for (let n = 0; n < payments.length; n += AT_ONCE) yield payments.slice(n, n + AT_ONCE);
    const last = page.at(-1);
    after = last && page.length === PAGE ? placeOf(last, '_awaitsBankSince') : undefined;
  } while (after && Date.now() < untilMs);
}

/** A bank that does not answer this either is asked again at the next tick. */
async function resolve(api: BankApi | undefined, payment: Payment, now: Date) {
  const { id, bank, accountId } = payment;
  const known = await api?.paymentsNamed(id).catch(() => undefined);
  if (!known) return { outcome: 'unanswered', told: [] };
  if (known.length > 0)
    return { outcome: 'found', told: known.map((said) => statusFact(payment, said, now)) };
  const terms = bankNamed(bank)?.payments;
  const again = draft(paymentReleased, { subject: id, data: { paymentId: id, accountId } });
  if (mayCall(payment, terms, now)) return { outcome: 'asked-again', told: [again] };
  if (!isPastCalls(payment, terms, now)) return { outcome: 'asked-again', told: [] };
  const data = { bank, accountId, paymentId: id, askedAt: now.toISOString() };
  return { outcome: 'not-received', told: [draft(paymentNotReceived, { subject: id, data })] };
}

function isLate({ steps }: Payment, now: Date): boolean {
  return now.getTime() - Date.parse(steps.at(-1)?.at ?? '') > LATE_MS;
}
