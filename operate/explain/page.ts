import { html, raw } from 'hono/html';
import { jsonText, moneyText } from '../text.ts';
import { byEvent, figuresText, prettyJson } from './as-text.ts';
import type {
  ExplainedBalance,
  ExplainedDelivery,
  ExplainedHandling,
  ExplainedNotification,
  ExplainedPayment,
  ExplainedSpan,
  ExplainedTransaction,
  Explanation,
} from './explanation.ts';
import { STYLE } from './page-style.ts';
import { pictureOf } from './picture.ts';

type Html = ReturnType<typeof html>;

const MARKS = { right: '✓', wrong: '✗', note: '·' } as const;

/** One self-contained page: what is worth knowing, the picture of it, and all that stands behind it, folded. */
export async function pageOf(explanation: Explanation): Promise<string> {
  const { subject, environment, findings, transactions, notifications, balances, deliveries, handlings } =
    explanation;
  const picture = handlings.length > 0 ? await pictureOf(explanation) : undefined;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header><h1>${subject}</h1><p>in ${environment}</p></header>
<ul class="findings">${findings.map(({ kind, text }) => html`<li class="${kind}"><span class="mark">${MARKS[kind]}</span> ${text}</li>`)}</ul>
${balances.map(balanceSection)}
${explanation.payments.map(paymentSection)}
${transactions.map(transactionSection)}
${notifications.map(notificationSection)}
${picture === undefined ? '' : html`<section><h2>How it went</h2><figure>${raw(picture)}</figure></section>`}
${tracesSection(explanation.spans)}
${deliveries.length === 0 ? '' : html`<section><h2>What the bank signed</h2>${deliveries.map(deliverySection)}</section>`}
${
  handlings.length === 0
    ? ''
    : html`<section><h2>Who did what about it</h2>
<p class="hint">Each document before and after, as these events alone make it by the code as it is now.</p>
${byEvent(handlings).map(([event, group]) => eventSection(event, group))}</section>`
}
</body>
</html>
`;
  return String(await page);
}

function balanceSection(balance: ExplainedBalance): Html {
  const { currency, figures, bookedMinor, heldMinor, partsBookedMinor, partsHeldMinor, bank, asOf } = balance;
  const cell = (is: bigint, should: bigint) =>
    html`<td class="money ${is === should ? '' : 'wrong'}">${moneyText(is, currency)}</td>`;
  return html`<section><h2>Balance in ${currency}${asOf ? html` <small>as of ${asOf}</small>` : ''}</h2>
<table><thead><tr><th></th><th>booked</th><th>its transactions</th><th>held</th><th>its transactions</th></tr></thead><tbody>
${figures.map(
  (each) =>
    html`<tr><td>balances/${each.shard}</td>${cell(each.bookedMinor, each.partsBookedMinor)}<td class="money">${moneyText(each.partsBookedMinor, currency)}</td>${cell(each.heldMinor, each.partsHeldMinor)}<td class="money">${moneyText(each.partsHeldMinor, currency)}</td></tr>`,
)}
<tr class="sum"><td>all</td>${cell(bookedMinor, partsBookedMinor)}<td class="money">${moneyText(partsBookedMinor, currency)}</td>${cell(heldMinor, partsHeldMinor)}<td class="money">${moneyText(partsHeldMinor, currency)}</td></tr>
${bank ? html`<tr><td>the bank <small>as of ${bank.asOf}</small></td><td class="money">${moneyText(bank.bookedMinor, currency)}</td><td></td><td></td><td></td></tr>` : ''}
</tbody></table>
<h3>The newest of ${balance.count} transactions</h3>
<table><thead><tr><th>occurred</th><th></th><th>booked</th><th>held</th><th></th><th>id</th></tr></thead><tbody>
${balance.newest.map(
  (each) =>
    html`<tr><td>${each.occurredAt}</td><td>${each.description}</td><td class="money">${moneyText(each.bookedMinor, currency)}</td><td class="money">${each.heldMinor === 0n ? '' : moneyText(each.heldMinor, currency)}</td><td>${each.status}</td><td><code>${each.id}</code></td></tr>`,
)}
</tbody></table></section>`;
}

function paymentSection({
  id,
  accountId,
  creditor,
  amountMinor,
  currency,
  state,
  scheme,
  moves,
}: ExplainedPayment): Html {
  return html`<section><h2>Payment to ${creditor} <small>${state}</small></h2>
<p class="figure">${moneyText(amountMinor, currency)} <small>${scheme}</small></p>
<p class="hint"><code>${id}</code> from account <code>${accountId}</code></p>
<table><thead><tr><th>when</th><th>what</th><th>why</th><th>by</th><th>fact</th></tr></thead><tbody>
${moves.map(
  ({ at, what, reason, by, factId }) =>
    html`<tr><td>${at}</td><td>${what}</td><td>${reason ?? ''}</td><td>${by}</td><td><code>${factId ?? ''}</code></td></tr>`,
)}
</tbody></table></section>`;
}

function transactionSection({
  id,
  accountId,
  description,
  status,
  booked,
  held,
  parts,
}: ExplainedTransaction): Html {
  return html`<section><h2>${description || id} <small>${status}</small></h2>
<p class="figure">${figuresText(booked)} <small>booked</small> &nbsp; ${figuresText(held)} <small>held</small></p>
<p class="hint"><code>${id}</code> of account <code>${accountId}</code></p>
<table><thead><tr><th>part</th><th>amount</th><th>occurred</th><th>recorded</th><th>the bank’s id</th><th>told by</th></tr></thead><tbody>
${parts.map(
  (part) =>
    html`<tr><td>${part.kind}</td><td class="money">${moneyText(part.direction === 'debit' ? -part.amountMinor : part.amountMinor, part.currency)}</td><td>${part.occurredAt}</td><td>${part.recordedAt ?? 'not known'}</td><td><code>${part.id}</code></td><td><code>${part.deliveryId ?? part.factId ?? ''}</code></td></tr>`,
)}
</tbody></table></section>`;
}

function notificationSection({ customerId, title, body, pushes }: ExplainedNotification): Html {
  return html`<section class="phone"><h2>What the customer is told</h2>
<div class="push"><strong>${title}</strong><br>${body}</div>
<p class="hint">customer <code>${customerId}</code>${pushes.map(({ deviceId, outcome, at }) => html`; ${deviceId}: ${outcome}${at ? `, ${at}` : ''}`)}</p></section>`;
}

/** Each trace as bars from its first span to its last. */
function tracesSection(spans: readonly ExplainedSpan[]): Html | string {
  const traces = grouped(spans);
  if (traces.size === 0) return '';
  return html`<section><h2>How long it took</h2>${[...traces].map(([traceId, own], n) => {
    const from = Math.min(...own.map(({ startedAt }) => Date.parse(startedAt)));
    const to = Math.max(...own.map(({ startedAt, milliseconds }) => Date.parse(startedAt) + milliseconds));
    const share = (milliseconds: number) => `${((milliseconds / Math.max(1, to - from)) * 100).toFixed(2)}%`;
    return html`<details ${n === 0 ? 'open' : ''}><summary>trace <code>${traceId}</code>, ${Math.round(to - from)} ms</summary><div class="trace">
${inTree(own).map((span) => {
  const left = share(Date.parse(span.startedAt) - from);
  const kind = span.error ? 'failed' : span.name.startsWith(span.function) ? 'work' : 'call';
  return html`<div class="span"><span class="name ${kind}">${kind === 'call' ? `${span.function}: ` : ''}${span.name} ${outcomeOf(span)}</span><span class="line"><span class="bar ${kind}" style="margin-left:${left};width:${share(span.milliseconds)}" title="${span.startedAt}"></span></span><span class="took">${span.milliseconds.toFixed(1)} ms</span></div>`;
})}
</div></details>`;
  })}</section>`;
}

function deliverySection({
  id,
  bank,
  receivedAt,
  signature,
  isFetched,
  check,
  headers,
  body,
  isText,
  received,
}: ExplainedDelivery): Html {
  const unsigned = isFetched
    ? 'Asked of the bank, and not signed'
    : 'With which secret it was signed was not noted';
  return html`<details><summary><code>${id}</code> of ${bank}, received ${receivedAt}${received.length > 1 ? `, delivered ${received.length} times` : ''}</summary>
<p>${signature ? html`Signed ${signature.at} with <code>${signature.key}</code>` : unsigned}; checked again: <strong class="${check === 'wrong' ? 'wrong' : ''}">${check}</strong>.</p>
<table>${Object.entries(headers).map(([name, value]) => html`<tr><td>${name}</td><td><code>${value}</code></td></tr>`)}</table>
${received.length > 1 ? html`<p>${received.map(({ at, traceId }) => html`delivered ${at}, trace <code>${traceId ?? 'not known'}</code><br>`)}</p>` : ''}
<pre>${isText ? prettyJson(body).join('\n') : `in base64:\n${body}`}</pre></details>`;
}

function eventSection(event: ExplainedHandling['event'], group: readonly ExplainedHandling[]): Html {
  return html`<details><summary>${event.type} <code>${event.id}</code> ${group.map(({ function: fn, state }) => html`<span class="tag ${state === 'handled' ? '' : 'wrong'}">${fn}</span> `)}</summary>
${event.data === undefined ? '' : html`<pre>${jsonText(event.data, 2)}</pre>`}
${group.map(handlingSection)}</details>`;
}

function handlingSection({
  function: fn,
  at,
  state,
  parked,
  changes,
  unshown,
  told,
  attempts,
}: ExplainedHandling): Html {
  return html`<div class="handling"><h3>${fn} <small>${state === 'handled' ? '' : state} ${at ?? ''}</small></h3>
${parked ? html`<p class="${state === 'parked' ? 'wrong' : ''}">${parked.reason}, <code>${parked.id}</code></p>` : ''}
${attempts.length > 0 ? html`<p class="hint">${attempts.map(({ at: tried, outcome, milliseconds }) => html`${tried} ${outcome}${milliseconds === undefined ? '' : ` ${milliseconds} ms`}<br>`)}</p>` : ''}
${unshown ? html`<p class="hint">What it changed cannot be shown again: ${unshown}</p>` : ''}
${changes.map(({ path, how, lines }) => html`<p><code>${path}</code> <small>${how}</small></p><pre class="diff">${lines.map((line) => html`<span class="${line.startsWith('-') ? 'gone' : 'come'}">${line}</span>\n`)}</pre>`)}
${told.map(({ type, id, subject, topic }) => html`<p>then <strong>${type}</strong> <code>${id}</code> about <code>${subject}</code> to ${topic}</p>`)}</div>`;
}

/** Where it is not what one expects. */
function outcomeOf({ attributes }: ExplainedSpan): string {
  const outcome = attributes['counterfoil.outcome'] ?? 'done';
  return outcome === 'done' ? '' : `(${outcome})`;
}

/** Each with those below it; whose parent is not there is at the top. */
function inTree(spans: readonly ExplainedSpan[]): ExplainedSpan[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: ExplainedSpan): ExplainedSpan[] =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === parent.spanId)
      // Its own calls, and then the work of others that followed.
      .sort((a, b) => Number(b.function === parent.function) - Number(a.function === parent.function))
      .flatMap((child) => [child, ...below(child)]);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
  return roots.flatMap((root) => [root, ...below(root)]);
}

function grouped(spans: readonly ExplainedSpan[]): Map<string, ExplainedSpan[]> {
  const groups = new Map<string, ExplainedSpan[]>();
  for (const span of spans) groups.set(span.traceId, [...(groups.get(span.traceId) ?? []), span]);
  return groups;
}
