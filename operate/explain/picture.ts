import { type Graph, instance } from '@viz-js/viz';
import { harmless, moneyText } from '../text.ts';
import type { ExplainedHandling, Explanation } from './explanation.ts';

type Node = NonNullable<Graph['nodes']>[number];
type Edge = NonNullable<Graph['edges']>[number];

const FONT = { fontname: 'Helvetica,Arial,sans-serif', fontsize: 11 };
const BOX = {
  ...FONT,
  shape: 'box',
  style: 'rounded,filled',
  color: '#8a94a6',
  fillcolor: '#ffffff',
  margin: '0.14,0.07',
};
const THING = { ...BOX, shape: 'cylinder', style: 'filled', fillcolor: '#eef4ff', color: '#6b8fd6' };
const FILLS: Readonly<Record<ExplainedHandling['state'], string>> = {
  handled: '#eaf7ee',
  parked: '#fde8e8',
  redriven: '#fff6dd',
  dropped: '#eeeeee',
  'no record': '#ffffff',
};

/** The way from the bank to the phone as an SVG: who handled what, what was told, what it became. */
export async function pictureOf(explanation: Explanation): Promise<string> {
  const { deliveries, handlings } = explanation;
  const orders = explanation.payments.map(({ id }) => id);
  const viz = await instance();
  const graph: Graph = {
    directed: true,
    graphAttributes: { rankdir: 'LR', bgcolor: 'transparent', nodesep: 0.18, ranksep: 0.45, ...FONT },
    edgeAttributes: { ...FONT, fontsize: 9, color: '#8a94a6', fontcolor: '#4b5563', arrowsize: 0.6 },
    nodes: [
      ...deliveries.map(({ id, bank, receivedAt, received }): Node => {
        const label = `${bank} delivers\n${timeOf(receivedAt)}${received.length > 1 ? `, ${received.length} times` : ''}`;
        return {
          name: id,
          attributes: {
            ...BOX,
            label,
            shape: 'note',
            style: 'filled',
            fillcolor: '#f3eefe',
            color: '#9a7fd1',
          },
        };
      }),
      ...handlings.map(
        (handling): Node => ({ name: nameOf(handling), attributes: { ...BOX, ...look(handling) } }),
      ),
      ...things(explanation),
    ],
    edges: [
      ...handlings.flatMap((handling) => edgesTo(handling, handlings, orders)),
      ...becomes(explanation),
    ],
  };
  // Without the prologue, so that it stands in a page.
  return viz.renderString(graph, { format: 'svg' }).replace(/^[\s\S]*?<svg/, '<svg');
}

function nameOf({ function: fn, event }: ExplainedHandling): string {
  return `${fn} ${event.id}`;
}

function look({ function: fn, at, state, attempts, parked }: ExplainedHandling) {
  const times = attempts.length > 1 ? ` ×${attempts.length}` : '';
  const how = parked && state !== 'handled' ? `\n${parked.reason}` : '';
  const label = `${fn}${times}\n${at === undefined ? state : timeOf(at)}${how}`;
  const hasFailed = attempts.some(({ outcome }) => outcome.startsWith('failed'));
  return { label, fillcolor: hasFailed ? FILLS.redriven : FILLS[state] };
}

/** From whoever told the event, or from its delivery, or from the order that it followed from. */
function edgesTo(
  handling: ExplainedHandling,
  all: readonly ExplainedHandling[],
  orders: readonly string[],
): Edge[] {
  const { event } = handling;
  if (event.type === 'delivery.received') return [{ tail: event.id, head: nameOf(handling) }];
  const tellers = all.filter(({ told }) => told.some(({ id }) => id === event.id));
  const tails = tellers.length > 0 ? tellers.map(nameOf) : orders.filter((id) => event.subject === id);
  return tails.map((tail) => ({ tail, head: nameOf(handling), attributes: { label: event.type } }));
}

/** What it all became: transactions, and what phones were told. */
function things({ payments, transactions, notifications }: Explanation): Node[] {
  return [
    ...payments.map(({ id, creditor, amountMinor, currency, state }) => {
      const label = [`${moneyText(amountMinor, currency)} to ${plain(creditor)}`, state].join('\n');
      return { name: id, attributes: { ...THING, label } };
    }),
    ...transactions.map(({ id, description, status, booked, held }) => {
      const figures = Object.entries(booked).map(([currency, minor]) => {
        const rest = held[currency] ?? 0n;
        return `${moneyText(minor, currency)} booked${rest === 0n ? '' : `, ${moneyText(rest, currency)} held`}`;
      });
      return {
        name: id,
        attributes: { ...THING, label: [plain(description), status, ...figures].join('\n') },
      };
    }),
    ...notifications.flatMap(({ id, customerId, title, body, pushes }) => [
      { name: `${id} ${customerId}`, attributes: { ...THING, label: `${plain(title)}\n${plain(body)}` } },
      ...pushes.map(({ deviceId, outcome }) => ({
        name: `${id} ${customerId} ${deviceId}`,
        attributes: {
          ...BOX,
          shape: 'box',
          style: 'rounded,filled',
          fillcolor: '#fff8e6',
          color: '#d4a72c',
          label: `${deviceId}\n${outcome}`,
        },
      })),
    ]),
  ];
}

function becomes({ handlings, payments, transactions, notifications }: Explanation): Edge[] {
  const dashed = { style: 'dashed' };
  return handlings.flatMap((handling) => {
    const { changes, event, function: fn } = handling;
    const tail = nameOf(handling);
    const written = changes.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
    const toTransactions = [...payments, ...transactions].filter(({ id }) => written.includes(id));
    const toNotifications = notifications.filter(({ id, customerId }) =>
      changes.some(({ path }) => path === `customers/${customerId}/notifications/${id}`),
    );
    const { customerId, notificationId, deviceId } = (event.data ?? {}) as Readonly<Record<string, string>>;
    const isPush =
      fn === 'send-push' &&
      notifications.some((each) => each.id === notificationId && each.customerId === customerId);
    return [
      ...toTransactions.map(({ id }) => ({ tail, head: id, attributes: dashed })),
      ...toNotifications.map((each) => ({ tail, head: `${each.id} ${each.customerId}`, attributes: dashed })),
      ...(isPush ? [{ tail, head: `${notificationId} ${customerId} ${deviceId}`, attributes: dashed }] : []),
    ];
  });
}

/** A backslash begins an escape of Graphviz's own. */
function plain(text: string): string {
  return harmless(text).replaceAll('\\', '\\\\');
}

/** As in `09:00:01.123`. */
function timeOf(instant: string): string {
  return instant.slice(11, 23);
}
