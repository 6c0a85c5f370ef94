import type { Change } from '../../shared/platform/memory.ts';
import type { Fields } from '../../shared/store/document.ts';
import type { Violation } from './laws.ts';
import { OPENING_MINOR, PAYER } from './orders.ts';
import type { Promised } from './payers.ts';
import type { PayingBank } from './paying-bank.ts';

const LAW = {
  once: 'effects happen once',
  mirror: 'the mirror equals the bank',
  unknown: 'an unknown outcome is a state, not an error',
  owners: 'nobody sees another’s money',
} as const;

// What the bank says of a payment, in our words; it never says other things here.
const STATE_AT_BANK: Readonly<Record<string, string>> = {
  RCVD: 'submitted',
  PDNG: 'pending',
  ACSP: 'settling',
  BLCK: 'held',
  ACSC: 'sent',
  RJCT: 'rejected',
};

type Known = { readonly amount: bigint; readonly state: string };
type Totals = Readonly<Record<string, { readonly booked?: bigint; readonly held?: bigint }>>;

/** Watches in each commit that the money of a payment counts once, and that what is over stays over. */
export function watchPayments(
  cloud: { onCommit(listener: (changes: readonly Change[]) => void): void },
  { payer, ofReference }: Pick<PayingBank, 'payer' | 'ofReference'>,
): Violation[] {
  const violations: Violation[] = [];
  const payments = new Map<string, Known>();
  const reserved = new Map<string, bigint>();
  /** By transaction: of which payment, and how much is held or booked. */
  const debits = new Map<string, { readonly paymentId: string; readonly minor: bigint }>();
  const credits = new Map<string, bigint>();
  /** Whose money the bank gave up, which it may tell before it says so of the payment. */
  const givenUp = new Set<string>();
  const broken = (law: string, shown: string) => violations.push({ law, shown });

  cloud.onCommit((changes) => {
    const touched = changes.flatMap(take);
    for (const id of touched) check(id);
    if (touched.length > 0 && leftMinor() < 0n)
      broken(LAW.mirror, `open payments are ${-leftMinor()} more than there is`);
  });
  return violations;

  /** The payments that one document is about, once what it says of them is known. */
  function take({ path, before, after }: Change): string[] {
    if (path.startsWith('payments/') && after) return [tookPayment(before, after)];
    if (!path.startsWith(`accounts/${payer}/`)) return [];
    if (path.endsWith('/balances/reservations')) {
      const [was, is] = [before, after].map((fields) => (fields?.open ?? {}) as Record<string, bigint>);
      const ids = Object.keys({ ...was, ...is });
      for (const id of ids) reserved.set(id, is?.[id] ?? 0n);
      return ids;
    }
    if (!path.includes('/transactions/') || !after) return [];
    const { booked = 0n, held = 0n } = (after._totals as Totals)?.DKK ?? {};
    if (after.direction === 'credit') credits.set(path, booked);
    if (after.direction === 'credit' || typeof after.paymentId !== 'string') return [];
    if (after.status === 'reversed') givenUp.add(after.paymentId);
    debits.set(path, { paymentId: after.paymentId, minor: held - booked });
    return [after.paymentId];
  }

  function tookPayment(before: Fields | undefined, { id, amountMinor, state }: Fields): string {
    const known = { amount: amountMinor as bigint, state: state as string };
    payments.set(id as string, known);
    if (before && isOver(before.state as string) && before.state !== state)
      broken(LAW.unknown, `${id} was ${before.state}, and is ${state} after all`);
    if (isOver(known.state) && ofReference(id as string).some(({ status }) => status !== 'RJCT'))
      broken(LAW.unknown, `${id} is ${state}, and the bank has it`);
    return id as string;
  }

  function check(id: string): void {
    const { amount, state } = payments.get(id) ?? { amount: 0n, state: 'not ordered' };
    const reservedMinor = reserved.get(id) ?? 0n;
    const sum = reservedMinor + debitedMinor(id);
    const counted = `${id} of ${amount} is ${state}: ${reservedMinor} reserved and ${sum - reservedMinor} debited`;
    if (sum > amount || (isOver(state) && reservedMinor > 0n) || (isDue(id, state) && sum < amount))
      broken(LAW.mirror, counted);
  }

  /** Whether its money may still go, or went. */
  function isDue(id: string, state: string): boolean {
    return !isOver(state) && !givenUp.has(id);
  }

  function debitedMinor(id: string): bigint {
    return [...debits.values()].reduce((sum, each) => (each.paymentId === id ? sum + each.minor : sum), 0n);
  }

  /** What there is, less all payments that may still be carried out, or were. */
  function leftMinor(): bigint {
    const received = [...credits.values()].reduce((sum, minor) => sum + minor, BigInt(OPENING_MINOR));
    return [...payments].reduce(
      (left, [id, { amount, state }]) => (isDue(id, state) ? left - amount : left),
      received,
    );
  }
}

/** What is wrong once everything is settled: against the bank's own books, and what customers were told. */
export function paymentViolations(
  documents: ReadonlyMap<string, Fields>,
  bank: PayingBank,
  { taken, cancelled, contradictions }: Promised,
): Violation[] {
  const payments = [...documents].flatMap(([path, fields]) => (path.startsWith('payments/') ? [fields] : []));
  const kept = new Map(payments.map((fields) => [fields.id as string, fields]));
  return [
    ...contradictions.map((shown) => ({ law: LAW.once, shown })),
    ...bank
      .taken()
      .flatMap(([id, paid]) => [
        ...when(paid.length > 1, LAW.once, `${id} is at the bank ${paid.length} times`),
        ...when(!kept.has(id), LAW.once, `${id} is at the bank, and nobody ordered it`),
        ...when(cancelled.has(id), LAW.unknown, `${id} was said to be cancelled, and is at the bank`),
      ]),
    ...[...taken].flatMap(([id, minor]) =>
      when(kept.get(id)?.amountMinor !== BigInt(minor), 'nothing acknowledged is lost', `${id} of ${minor}`),
    ),
    ...payments.flatMap(({ id, state, customerId }) => [
      ...when(customerId !== PAYER, LAW.owners, `${id} was ordered by ${customerId}`),
      ...unlikeBank(id as string, state as string, bank),
    ]),
    ...unlikeBooks(documents, bank),
    ...miscounted(documents, payments, bank.payer),
  ];
}

function unlikeBank(id: string, state: string, bank: PayingBank): Violation[] {
  const [paid] = bank.ofReference(id);
  if (!paid) return when(!isOver(state), LAW.unknown, `${id} is ${state}, and the bank does not know it`);
  const there = paid.returnedMinor > 0n ? 'returned' : STATE_AT_BANK[paid.status];
  return when(state !== there, LAW.unknown, `${id} is ${state}, and ${there} at the bank`);
}

function unlikeBooks(documents: ReadonlyMap<string, Fields>, { payer, savings, ledger }: PayingBank) {
  return [payer, savings].flatMap((account) => {
    const balances = [...documents].filter(([path]) => path.startsWith(`accounts/${account}/balances/`));
    const figures = balances.map(([, fields]) => (fields as Totals).DKK);
    const [booked, held] = (['booked', 'held'] as const).map((figure) =>
      figures.reduce((sum, each) => sum + (each?.[figure] ?? 0n), 0n),
    );
    const shown = `${account} has ${booked} booked and ${held} held`;
    const isSame = booked === ledger.bookedMinor(account) && held === ledger.heldMinor(account);
    const open = documents.get(`accounts/${account}/balances/reservations`)?.open ?? {};
    return [
      ...when(!isSame, LAW.mirror, `${shown}, the bank ${ledger.bookedMinor(account)}`),
      ...when(Object.keys(open).length > 0, LAW.mirror, `${Object.keys(open)} stays reserved`),
    ];
  });
}

/** Each day's limits count what was ordered for it and came to something. */
function miscounted(documents: ReadonlyMap<string, Fields>, payments: readonly Fields[], payer: string) {
  const days = new Map<string, bigint>();
  for (const { scheme, state, _reservedOn: day, amountMinor } of payments) {
    if (scheme === 'own-account' || isOver(state as string)) continue;
    days.set(day as string, (days.get(day as string) ?? 0n) + (amountMinor as bigint));
  }
  return [...documents].flatMap(([path, { DKK: counted }]) => {
    const [owner, day] = path.split('/spending/');
    const isTheirs = owner === `accounts/${payer}` || owner === `customers/${PAYER}`;
    if (!isTheirs || day === undefined) return [];
    const ordered = days.get(day) ?? 0n;
    return when(counted !== ordered, LAW.mirror, `${path} counts ${counted}, and ${ordered} was ordered`);
  });
}

function when(isBroken: boolean, law: string, shown: string): Violation[] {
  return isBroken ? [{ law, shown }] : [];
}

function isOver(state: string): boolean {
  return state === 'rejected' || state === 'cancelled';
}
