import { openBank } from '../../sandbox-bank/bank.ts';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import { faultsSchema } from '../../sandbox-bank/faults.ts';
import { paymentAnswer } from '../../sandbox-bank/payment-book.ts';
import { payment as orderSchema } from '../../sandbox-bank/payment-requests.ts';
import { Problem } from '../../sandbox-bank/problem.ts';
import type { Fields } from '../../shared/store/document.ts';
import { NO_BANK, NOW } from '../../shared/testing/builders.ts';
import { OPENING_MINOR, PAYER } from './orders.ts';

const LATER_MS = 2 * 3_600_000;
const LATE = { paymentLate: 1, paymentLateMs: LATER_MS };
const LONG_TURNS = 300;

/** What becomes of what the bank takes; the first is calm. */
const PLANS = [
  ...[{}, {}, {}, LATE, LATE],
  { paymentReject: 1, paymentLateMs: LATER_MS },
  { paymentReturn: 1, paymentReturnMs: LATER_MS },
  LATE,
].map((plan) => faultsSchema.parse(plan));
const BLOCKED = PLANS.length - 1;
const OF_OWN = BLOCKED - 1; // nobody returns what they paid to themselves

/** What becomes of a call to pay; the first is calm. */
const FATES = [
  ...(['taken', 'taken', 'taken', 'taken', 'answer lost', 'answer lost', 'answer lost'] as const),
  ...(['never came', 'never came', 'unavailable', 'refused', 'taken'] as const),
];

export type PayingBank = ReturnType<typeof aPayingBank>;

/**
 * The sandbox bank, with its books and the keys that it forgets, as functions ask it: what goes wrong is drawn, call by
 * call, and what it tells is handed over in any grouping, twice, and sometimes not at all where it can be asked for.
 */
export function aPayingBank({
  now,
  draw,
  deliver,
  note,
}: {
  now: () => number;
  draw: (limit: number) => number;
  deliver: (events: readonly BankEvent[]) => void;
  /** What it did, for people. */
  note: (done: string) => void;
}) {
  let [ids, acts] = [0, 0];
  const newId = (prefix: string) => {
    ids += 1;
    return `${prefix}_${String(ids).padStart(8, '0')}`;
  };
  const told: BankEvent[] = [];
  const bank = openBank({
    onEvent: (event) => told.push(event),
    newId,
    now: () => new Date(now() + acts),
  });
  const opened = { ownerRefs: [PAYER], currency: 'DKK' as const };
  const broughtForward = { direction: 'credit', amountMinor: BigInt(OPENING_MINOR) } as const;
  const payer = bank.accounts.open({ ...opened, broughtForward }).id;
  const savings = bank.accounts.open(opened).id;
  told.length = 0; // what was before is in our store
  const references = new Set<string>();
  const refused = new Set<string>();
  const toBlock = new Set<string>();

  return {
    payer,
    savings,
    ledger: bank.ledger,
    /** The accounts as they came to be in our store. */
    documents: new Map([...documentsOf(payer, OPENING_MINOR), ...documentsOf(savings, 0)]),
    /** All that it ever took under a name of ours. */
    taken: () => [...references].map((reference) => [reference, ofReference(reference)] as const),
    ofReference,
    isBusy: () => [...references].flatMap(ofReference).some(isOnItsWay),
    fetch,
    /** What is due by the clock. */
    passes(): void {
      for (const id of toBlock) {
        // It asks somebody before it goes on, and never comes to an end.
        for (const isoStatus of ['ACSP', 'BLCK'] as const) act(() => bank.moves.move(id, { isoStatus }));
        toBlock.delete(id);
      }
      act(() => bank.doDue());
      handOver();
    },
  };

  /**
   * All of one act is of one instant, and no two acts are. The bank's own journal sees to that by an `AsyncLocalStorage`,
   * which once it is used makes every promise of this process twice as slow.
   */
  function act<T>(what: () => T): T {
    acts += 1;
    return what();
  }

  function ofReference(reference: string) {
    return bank.book.ofReference(reference);
  }

  function isOnItsWay({ steps, returnAtMs }: ReturnType<typeof ofReference>[number]): boolean {
    return steps.length > 0 || returnAtMs !== undefined;
  }

  async function fetch(url: string, { body = '', headers = {} }: Asked = {}): Promise<Response> {
    await onTheWay();
    const reference = new URL(url).searchParams.get('reference');
    const answer = reference === null ? pay(headers['idempotency-key'] ?? '', body) : inquire(reference);
    await onTheWay();
    if (!answer) throw new Error('ECONNRESET');
    const text = JSON.stringify(answer.body);
    // Read without a stream, as `aPushService` answers.
    return { status: answer.status, text: async () => text } as Response;
  }

  /** Mostly a few turns of others, and now and then as long as other calls take from their beginning to their end. */
  async function onTheWay(): Promise<void> {
    const drawn = draw(16);
    for (let turns = drawn === 15 ? draw(LONG_TURNS) : drawn % 4; turns > 0; turns -= 1) await null;
  }

  function pay(key: string, body: string): Answered | undefined {
    const order = orderSchema.parse(JSON.parse(body));
    const { reference = '' } = order;
    const isKnown = ofReference(reference).length > 0;
    const drawn = FATES[draw(FATES.length)];
    // Whom it refused it refuses again, and what it took it does not refuse.
    const fate = refused.has(reference) ? 'refused' : isKnown && drawn === 'refused' ? 'taken' : drawn;
    note(`the bank is to pay ${reference}: ${fate}${isKnown ? ', not for the first time' : ''}`);
    if (fate === 'never came') return undefined;
    if (fate === 'unavailable') return { status: 503, body: {} };
    if (fate === 'refused') {
      refused.add(reference);
      return { status: 422, body: { code: 'creditor-unknown' } };
    }
    const answer = take(key, order);
    return fate === 'answer lost' ? undefined : answer;
  }

  function take(key: string, order: Parameters<typeof bank.payments.order>[1]): Answered {
    const drawn = draw(order.scheme === 'own-account' ? OF_OWN : PLANS.length);
    bank.mishaps.begin(PLANS[drawn] ?? faultsSchema.parse({}));
    try {
      const before = told.length;
      const answer = act(() => bank.payments.order(key, order));
      if (order.reference !== undefined) references.add(order.reference);
      if (drawn === BLOCKED && told.length > before) toBlock.add(answer.paymentId);
      // Of what its answer says, and an inquiry after it, word may be lost.
      handOver(({ type }) => type === 'payment.status-changed' && draw(3) === 2);
      return { status: 202, body: answer };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      note(`the bank refuses ${order.reference}: ${error.code}`);
      return { status: error.status, body: { code: error.code } };
    }
  }

  function inquire(reference: string): Answered {
    const isAnswered = draw(6) < 5;
    const items = ofReference(reference).map(paymentAnswer);
    note(`the bank is asked for ${reference}: ${isAnswered ? `knows ${items.length}` : 'unavailable'}`);
    return isAnswered ? { status: 200, body: { items } } : { status: 503, body: {} };
  }

  function handOver(isLost: (event: BankEvent) => boolean = () => false): void {
    const events = told.splice(0).filter((event) => !isLost(event));
    const isTogether = draw(2) === 0;
    const deliveries = isTogether ? [events] : events.map((event) => [event]);
    for (const delivery of deliveries.filter(({ length }) => length > 0)) {
      deliver(delivery);
      if (draw(6) === 5) deliver(delivery);
    }
  }
}

type Answered = { readonly status: number; readonly body: object };
type Asked = { readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

/** Whether a request is to this bank. */
export function isToBank(url: string): boolean {
  return url.startsWith(`${NO_BANK}/payments`);
}

function documentsOf(id: string, bookedMinor: number): Map<string, Fields> {
  const account = {
    id,
    bank: 'sandbox',
    ownerIds: [PAYER],
    currency: 'DKK',
    status: 'open',
    openedAt: NOW.toISOString(),
  };
  const balance = { DKK: { booked: BigInt(bookedMinor), held: 0n } };
  return new Map<string, Fields>([
    [`accounts/${id}`, { schema: 1n, ...account }],
    [`accounts/${id}/balances/0`, balance],
  ]);
}
