import { harmless, jsonText, moneyText } from '../text.ts';
import type {
  ExplainedBalance,
  ExplainedDelivery,
  ExplainedHandling,
  ExplainedPayment,
  ExplainedTransaction,
  Explanation,
  Figures,
} from './explanation.ts';

const MARKS = { right: '✓', wrong: '✗', note: '·' } as const;

/** The explanation for a terminal, a line each. */
export function textOf(explanation: Explanation): string[] {
  return linesOf(explanation).map(harmless);
}

function linesOf(explanation: Explanation): string[] {
  const { subject, environment, findings, transactions, balances, deliveries, handlings } = explanation;
  return [
    `${subject}, in ${environment}`,
    '',
    ...findings.map(({ kind, text }) => `  ${MARKS[kind]} ${text}`),
    ...balances.flatMap(balanceLines),
    ...explanation.payments.flatMap(paymentLines),
    ...transactions.flatMap(transactionLines),
    ...explanation.notifications.flatMap(({ customerId, title, body }) => [
      '',
      `What ${customerId} is told`,
      `  ${title}   ${body}`,
    ]),
    ...(deliveries.length > 0 ? ['', 'What the bank signed', ...deliveries.flatMap(deliveryLines)] : []),
    ...(handlings.length > 0
      ? [
          '',
          'How it went; each document before and after, as these events alone make it',
          ...eventLines(handlings),
        ]
      : []),
    ...traceLines(explanation),
  ];
}

function balanceLines(balance: ExplainedBalance): string[] {
  const { currency, figures, bookedMinor, heldMinor, partsBookedMinor, partsHeldMinor, bank, asOf } = balance;
  const row = (name: string, booked: bigint, held: bigint | undefined) =>
    `  ${name.padEnd(24)} ${moneyText(booked, currency).padStart(20)} ${held === undefined ? '' : moneyText(held, currency).padStart(20)}`;
  return [
    '',
    `Balance in ${currency}${asOf ? `, as of ${asOf}` : ''}`,
    `  ${''.padEnd(24)} ${'booked'.padStart(20)} ${'held'.padStart(20)}`,
    ...figures.flatMap((each) => [
      row(`balances/${each.shard}`, each.bookedMinor, each.heldMinor),
      row('  its transactions', each.partsBookedMinor, each.partsHeldMinor),
    ]),
    row('all', bookedMinor, heldMinor),
    row('all transactions', partsBookedMinor, partsHeldMinor),
    ...(bank ? [`${row('the bank', bank.bookedMinor, undefined).trimEnd()}   as of ${bank.asOf}`] : []),
    '',
    `The newest of ${balance.count} transactions`,
    ...balance.newest.map(
      ({ id, occurredAt, description, status, bookedMinor: booked, heldMinor: held }) =>
        `  ${occurredAt}  ${id}  ${moneyText(booked, currency).padStart(16)} ${held === 0n ? ''.padStart(16) : `${moneyText(held, currency)} held`.padStart(16)}  ${status}  ${description}`,
    ),
  ];
}

function paymentLines({
  id,
  accountId,
  creditor,
  amountMinor,
  currency,
  state,
  scheme,
  moves,
}: ExplainedPayment) {
  return [
    '',
    `${id} from account ${accountId}`,
    `  ${moneyText(amountMinor, currency)} to ${creditor}   ${scheme}   ${state}`,
    ...moves.map(
      ({ at, what, reason, by, factId }) =>
        `  ${at}  ${what.padEnd(22)} ${(reason ?? '').padEnd(18)}  by ${by}${factId ? `, ${factId}` : ''}`,
    ),
  ];
}

function transactionLines({
  id,
  accountId,
  description,
  status,
  booked,
  held,
  parts,
}: ExplainedTransaction): string[] {
  return [
    '',
    `${id} of account ${accountId}`,
    `  ${description}   ${status}   ${figuresText(booked)} booked, ${figuresText(held)} held`,
    ...parts.map(
      (part) =>
        `  ${part.occurredAt}  ${part.kind.padEnd(14)} ${moneyText(part.direction === 'debit' ? -part.amountMinor : part.amountMinor, part.currency).padStart(16)}  recorded ${part.recordedAt ?? 'at no time that is known'}  ${part.id}${part.deliveryId ? `  by ${part.deliveryId}` : ''}`,
    ),
  ];
}

function deliveryLines({
  id,
  bank,
  receivedAt,
  signature,
  isFetched,
  check,
  body,
  isText,
  received,
}: ExplainedDelivery): string[] {
  const unsigned = isFetched
    ? 'asked of the bank, and not signed'
    : 'signed with a secret that was not noted';
  const signed = signature ? `signed ${signature.at} with ${signature.key}` : unsigned;
  return [
    `  ${id} of ${bank}, received ${receivedAt}, ${signed}; checked again now: ${check}`,
    ...(received.length > 1
      ? received.map(({ at, traceId }) => `    delivered ${at}, trace ${traceId}`)
      : []),
    ...(isText ? prettyJson(body) : ['in base64:', body]).map((line) => `      ${line}`),
  ];
}

/** The event as it came, and under it who did what about it. */
function eventLines(handlings: readonly ExplainedHandling[]): string[] {
  return byEvent(handlings).flatMap(([event, group]) => [
    `  ${event.type} ${event.id}`,
    ...(event.data === undefined ? [] : [`    ${jsonText(event.data)}`]),
    ...group.flatMap(handlingLines),
  ]);
}

function handlingLines(handling: ExplainedHandling): string[] {
  const { function: fn, state, at, parked, changes, unshown, told, attempts } = handling;
  const tries = attempts.map(({ outcome, milliseconds }) =>
    milliseconds === undefined ? outcome : `${outcome} ${milliseconds} ms`,
  );
  const how = [
    state === 'handled' ? '' : state,
    parked ? `${parked.reason}, ${parked.id}` : '',
    tries.join(', '),
  ];
  return [
    `    ${at ?? ''.padEnd(24)}  ${fn.padEnd(22)}  ${how.filter(Boolean).join('; ')}`.trimEnd(),
    ...(unshown ? [`        cannot be shown again: ${unshown}`] : []),
    ...changes.flatMap(({ path, how: changed, lines }) => [
      `        ${path} (${changed})`,
      ...lines.map((line) => `          ${line}`),
    ]),
    ...told.map(({ type, subject, topic, id }) => `        then ${type} ${id} about ${subject} to ${topic}`),
  ];
}

function traceLines({ spans, deliveries }: Explanation): string[] {
  const ids = [
    ...new Set([
      ...spans.map(({ traceId }) => traceId),
      ...deliveries.flatMap(({ traceId }) => traceId ?? []),
    ]),
  ];
  return ids.length === 0 ? [] : ['', ...ids.map((id) => `trace ${id}: npm run logs -- --trace ${id}`)];
}

/** As in `-32.00 DKK and 4.00 EUR`. */
export function figuresText(figures: Figures): string {
  const texts = Object.entries(figures).map(([currency, minor]) => moneyText(minor, currency));
  return texts.join(' and ') || 'nothing';
}

/** JSON indented, where it is some; else the text as it is. */
export function prettyJson(text: string): string[] {
  try {
    return jsonText(JSON.parse(text), 2).split('\n');
  } catch {
    return text.split('\n');
  }
}

/** Events in the order in which they were handled first, each with all that was done about it. */
export function byEvent(handlings: readonly ExplainedHandling[]) {
  const groups = new Map<string, [ExplainedHandling['event'], ExplainedHandling[]]>();
  for (const handling of handlings) {
    const group = groups.get(handling.event.id);
    if (group) group[1].push(handling);
    else groups.set(handling.event.id, [handling.event, [handling]]);
  }
  return [...groups.values()];
}
