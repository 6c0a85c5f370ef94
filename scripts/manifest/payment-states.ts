import { COLLECTION_MAY_BE, MANDATE_MAY_BE } from '../../shared/domain/direct-debit.ts';
import { isCancellable, MAY_FOLLOW, type PaymentState } from '../../shared/domain/payment.ts';
import { STANDING_ORDER_MAY_BE } from '../../shared/domain/standing-order-runs.ts';

/**
 * The states of a payment as Mermaid draws them. States from each of which a payment may come to the same ends stand in
 * one box, and the box has the arrows to those ends.
 */
export function paymentStates(mayFollow = MAY_FOLLOW): string {
  const states = Object.keys(mayFollow) as PaymentState[];
  const arrows = states.flatMap((from) => mayFollow[from].map((to) => [from, to] as const));
  const inside = states.filter((state) => ENDS.every((end) => mayFollow[state].includes(end)));
  const isFromAll = ([from, to]: (typeof arrows)[number]) => inside.includes(from) && ENDS.includes(to);
  const isWithin = ([from, to]: (typeof arrows)[number]) => inside.includes(from) && inside.includes(to);
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...states
      .filter((state) => state !== nameOf(state))
      .map((state) => `  state "${state}" as ${nameOf(state)}`),
    `  state "with the bank" as ${BOX} {`,
    ...arrows.filter(isWithin).map((arrow) => `  ${line(...arrow)}`),
    '  }',
    ...states.filter(isCancellable).map((state) => line('[*]', state)),
    ...arrows.filter((arrow) => !isWithin(arrow) && !isFromAll(arrow)).map((arrow) => line(...arrow)),
    ...ENDS.map((end) => line(BOX, end)),
    ...states.filter((state) => mayFollow[state].length === 0).map((state) => line(state, '[*]')),
    '```',
  ].join('\n');
}

/** The states of a direct debit, of its mandate and of a standing order, each from where it begins. */
export function otherStates(): string {
  const all = [
    drawn('a direct debit', COLLECTION_MAY_BE, ['announced']),
    drawn('its mandate', MANDATE_MAY_BE, ['active']),
    drawn('a standing order', STANDING_ORDER_MAY_BE, ['active', 'awaiting-authorisation']),
  ];
  return all.join('\n\n');
}

function drawn(
  what: string,
  mayBe: Readonly<Record<string, readonly string[]>>,
  begins: readonly string[],
): string {
  const states = Object.entries(mayBe);
  return [
    `The states of ${what}:`,
    '```mermaid',
    'stateDiagram-v2',
    ...states
      .filter(([from]) => from !== nameOf(from))
      .map(([from]) => `  state "${from}" as ${nameOf(from)}`),
    ...begins.map((state) => line('[*]', state)),
    ...states.flatMap(([from, after]) => after.map((to) => line(from, to))),
    ...states.filter(([, after]) => after.length === 0).map(([from]) => line(from, '[*]')),
    '```',
  ].join('\n');
}

const ENDS: readonly PaymentState[] = ['sent', 'credited', 'rejected', 'cancelled'];
const BOX = 'with_the_bank';

function line(from: string, to: string): string {
  return `  ${nameOf(from)} --> ${nameOf(to)}`;
}

/** Mermaid reads a hyphen in a name as the beginning of an arrow. */
function nameOf(state: string): string {
  return state.replaceAll('-', '_');
}
