import type { Cause, Drift } from '../../shared/domain/drift.ts';
import type { Totals } from '../../shared/domain/transaction.ts';
import { moneyText } from '../text.ts';
import type { Account } from './balance.ts';
import type {
  ExplainedBalance,
  ExplainedDelivery,
  ExplainedHandling,
  ExplainedNotification,
  ExplainedPayment,
  ExplainedTransaction,
  Finding,
} from './explanation.ts';

const right = (text: string): Finding => ({ kind: 'right', text });
const wrong = (text: string): Finding => ({ kind: 'wrong', text });
const note = (text: string): Finding => ({ kind: 'note', text });

const CAUSES: Readonly<Record<Cause, string>> = {
  'missing-fact': 'the bank lists it, and it was in none of our transactions',
  'extra-fact': 'we booked what the bank does not list',
  'other-content': 'the bank lists another amount under the same id',
  'wrong-sum': 'the balance was not what its transactions sum to',
  'wrong-currency': 'the bank has the account in another currency',
  'bank-contradicts-itself': 'what the bank says is booked is not what its own events sum to',
  'line-without-entry': 'the bank’s statement has a line that is none of our entries',
  'entry-without-line': 'we booked what the bank’s statement has no line for',
  'line-other-amount': 'the bank’s statement has another amount',
  'statement-not-closed': 'the statement’s opening and lines do not make its closing',
};

/** What differs from the bank, since when, and what has become of it. */
export function driftFinding(drift: Drift): Finding {
  const { cause, entry, amountMinor, currency, evidence, state, firstSeenAt, lastSeenAt, settledAt } = drift;
  const known = Object.entries(evidence).map(([name, value]) => `${name} ${value}`);
  const text = [
    `${cause}${entry && ` of ${entry}`}: ${CAUSES[cause]}; the bank has ${moneyText(amountMinor, currency)} more.`,
    `Found ${firstSeenAt}, last ${lastSeenAt}; ${settledAt ? `${state} ${settledAt}` : `still ${state}`}.`,
    known.length > 0 ? `Known of it: ${known.join(', ')}.` : '',
  ];
  return { kind: settledAt ? 'note' : 'wrong', text: text.filter(Boolean).join(' ') };
}

/** Whether an account’s money is what its transactions are, and what the bank says. */
export function accountFindings({ balances, wrong: bad }: Account): Finding[] {
  return [
    ...bad.map(({ id, stored, folded }) =>
      wrong(`${id} is stored as ${totalsText(stored)}; its own parts give ${totalsText(folded)}.`),
    ),
    ...balances.flatMap((balance) => [...sumFindings(balance), ...bankFindings(balance)]),
  ];
}

function sumFindings(balance: ExplainedBalance): Finding[] {
  const { accountId, currency, bookedMinor, heldMinor, partsBookedMinor, partsHeldMinor, count } = balance;
  const money = (minor: bigint) => moneyText(minor, currency);
  const off = [
    { figure: 'booked', is: bookedMinor, parts: partsBookedMinor },
    { figure: 'held', is: heldMinor, parts: partsHeldMinor },
  ].filter(({ is, parts }) => is !== parts);
  const shards = balance.figures.filter(
    (each) => each.bookedMinor !== each.partsBookedMinor || each.heldMinor !== each.partsHeldMinor,
  );
  const where = `in ${shards.map(({ shard }) => `balances/${shard}`).join(', ')}`;
  if (off.length > 0) {
    return off.map(({ figure, is, parts }) =>
      wrong(
        `${accountId} is said to have ${money(is)} ${figure}, and its ${count} transactions sum to ${money(parts)}: ` +
          `${money(is > parts ? is - parts : parts - is)} too ${is > parts ? 'much' : 'little'}, ${where}.`,
      ),
    );
  }
  const sum = `${money(bookedMinor)} booked and ${money(heldMinor)} held are the sum of ${count} transactions, to the last minor unit.`;
  if (shards.length === 0) return [right(sum)];
  return [
    right(sum),
    note(
      `Shard by shard they are not, ${where}: BALANCE_SHARDS was another once, or is elsewhere, or the sum was mended.`,
    ),
  ];
}

function bankFindings({ currency, bookedMinor, asOf, bank }: ExplainedBalance): Finding[] {
  if (!bank) return [note(`The bank has told no balance in ${currency}.`)];
  const theirs = `${moneyText(bank.bookedMinor, currency)} booked as of ${bank.asOf}`;
  if (bank.bookedMinor === bookedMinor) return [right(`The bank says the same: ${theirs}.`)];
  const difference = moneyText(bookedMinor - bank.bookedMinor, currency);
  // Older by the bank's clock, it need not be the same.
  if (asOf !== undefined && asOf > bank.asOf)
    return [note(`The bank's last word is older than ours, ${theirs}: since then ${difference}.`)];
  return [wrong(`The bank says ${theirs}; ours, as of ${asOf ?? 'no time'}, differs by ${difference}.`)];
}

/** What became of a payment, and whether its money is reserved where it should be. */
export function paymentFindings(payment: ExplainedPayment): Finding[] {
  const { id, state, reason, amountMinor, currency, creditor, customerId, orderedAt, executesOn } = payment;
  const { standingOrderId, reservedMinor, isToBeReserved, returnedMinor, transactionIds } = payment;
  const amount = moneyText(amountMinor, currency);
  const order = standingOrderId
    ? `a run of ${standingOrderId} of ${customerId}’s`
    : `ordered by ${customerId}`;
  const is = `${id} is ${state}${reason ? `, ${reason}` : ''}`;
  const back = returnedMinor > 0n ? ` ${moneyText(returnedMinor, currency)} came back.` : '';
  return [
    note(`${is}: ${amount} to ${creditor}, ${order} ${orderedAt}, to be executed on ${executesOn}.${back}`),
    isToBeReserved === (reservedMinor !== undefined) && (reservedMinor ?? amountMinor) === amountMinor
      ? right(
          isToBeReserved ? `${amount} are reserved for it.` : 'Nothing is reserved for it, as it should be.',
        )
      : wrong(
          isToBeReserved
            ? `${amount} should be reserved for it, and ${moneyText(reservedMinor ?? 0n, currency)} are.`
            : `${moneyText(reservedMinor ?? 0n, currency)} are reserved for it, and nothing should be.`,
        ),
    ...(transactionIds.length > 0 ? [note(`It made ${transactionIds.join(' and ')}.`)] : []),
  ];
}

/** What is worth knowing of how a transaction came about. */
export function transactionFindings(transaction: ExplainedTransaction): Finding[] {
  const { booked, held, status, parts, paymentId } = transaction;
  const figures = (of: Readonly<Record<string, bigint>>) =>
    Object.entries(of)
      .map(([currency, minor]) => moneyText(minor, currency))
      .join(' and ') || 'nothing';
  return [
    note(`${transaction.id} is ${status}: ${figures(booked)} booked, ${figures(held)} held.`),
    ...(paymentId
      ? [note(`${transaction.id} is of payment ${paymentId}: npm run explain -- ${paymentId} tells of that.`)]
      : []),
    ...parts.flatMap((part) => lateness(part, parts)),
  ];
}

/** A part is late that was recorded after one that occurred after it. */
function lateness(
  part: ExplainedTransaction['parts'][number],
  parts: ExplainedTransaction['parts'],
): Finding[] {
  const { recordedAt } = part;
  if (recordedAt === undefined) return [];
  const [overtook] = parts.filter(
    (other) =>
      other.occurredAt > part.occurredAt && other.recordedAt !== undefined && other.recordedAt < recordedAt,
  );
  if (!overtook) return [];
  const seconds = (Date.parse(recordedAt) - Date.parse(overtook.recordedAt ?? recordedAt)) / 1000;
  return [
    note(
      `The ${part.kind} ${part.id} came late: it occurred before the ${overtook.kind} ${overtook.id}, and was recorded ${seconds.toFixed(1)} s after it.`,
    ),
  ];
}

/** Whether the bytes are what the bank signed, and what it told more than once. */
export function deliveryFindings(
  deliveries: readonly ExplainedDelivery[],
  handlings: readonly ExplainedHandling[],
): Finding[] {
  const checked = deliveries.filter(({ check }) => check === 'right').length;
  const all = checked === deliveries.length ? 'each of them was signed' : `${checked} of them were signed`;
  const count = deliveries.length === 1 ? 'One delivery' : `${deliveries.length} deliveries`;
  return [
    ...(checked > 0
      ? [right(`${count} of the bank’s; ${all} with these very bytes, which was checked again now.`)]
      : []),
    ...deliveries.flatMap(({ id, bank, check, received, isFetched }) => [
      ...(isFetched ? [note(`${id} was asked of ${bank} over its API, which signs nothing.`)] : []),
      ...(check === 'wrong'
        ? [wrong(`${id} is not what ${bank} signed: its signature does not fit its bytes.`)]
        : []),
      ...(received.length > 1
        ? [
            note(
              `${bank} delivered ${id} ${received.length} times: the first time counted, and what came again changed nothing.`,
            ),
          ]
        : []),
    ]),
    ...toldAgain(handlings),
  ];
}

/** The same events in other deliveries. */
function toldAgain(handlings: readonly ExplainedHandling[]): Finding[] {
  const first = new Map<string, string>();
  return handlings.flatMap(({ function: fn, event, told }) => {
    if (fn !== 'translate-delivery') return [];
    const again = told.filter(({ id }) => first.has(id));
    for (const { id } of told) if (!first.has(id)) first.set(id, event.id);
    return again.map(({ id, type }) =>
      note(`${event.id} told ${type} again, as ${first.get(id)} had: that changed nothing.`),
    );
  });
}

export function handlingFindings(handlings: readonly ExplainedHandling[]): Finding[] {
  const failed = handlings.flatMap(({ attempts, function: fn }) =>
    attempts.filter(({ outcome }) => outcome.startsWith('failed')).map(({ outcome }) => `${fn} ${outcome}`),
  );
  return [
    ...handlings.flatMap(({ function: fn, event, state, parked }) =>
      state === 'parked' && parked
        ? [
            wrong(
              `${fn} could not process ${event.type} ${event.id}: ${parked.reason}. npm run parked -- show ${parked.id}`,
            ),
          ]
        : [],
    ),
    ...[...new Set(failed)].map((each) => note(`${each}; it was tried again.`)),
  ];
}

export function notificationFindings(notifications: readonly ExplainedNotification[]): Finding[] {
  return notifications.flatMap(({ id, pushes }) =>
    pushes.map(({ deviceId, outcome, at }) =>
      note(`${id} to ${deviceId}: ${outcome}${at ? `, ${at}` : ''}.`),
    ),
  );
}

/** As in `-32.00 DKK booked, 0.00 DKK held`. */
function totalsText(totals: Totals): string {
  const texts = Object.entries(totals).map(
    ([currency, { booked, held }]) =>
      `${moneyText(booked, currency)} booked, ${moneyText(held, currency)} held`,
  );
  return texts.join('; ') || 'nothing';
}
