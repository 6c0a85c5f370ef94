import { vi } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { beginning, runRebuild } from '../../operate/rebuild/run.ts';
import type { BankEvent } from '../../sandbox-bank/events.ts';
import type { Event } from '../../shared/events/event.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { pathOf, type Query } from '../../shared/store/document.ts';
import { limitsPath } from '../../shared/store/ordered.ts';
import { anAuthenticator } from '../../shared/testing/authenticator.ts';
import { aWireEvent, eventIn } from '../../shared/testing/builders.ts';
import { eachCall } from '../../shared/testing/each-call.ts';
import { aPushService } from '../../shared/testing/push-service.ts';
import { aBankAndItsMirror } from '../scenarios/coherence.ts';
import type { Asked } from './missing-index.ts';

type Mirror = ReturnType<typeof aBankAndItsMirror>;
type Scene = { readonly mirror: Mirror; readonly accountId: string; ask: Ask };
type Ask = (route: string, body?: object, uid?: string) => Promise<Body>;
type Body = Readonly<Record<string, unknown>> & { readonly id: string };
type Listed = { readonly items: readonly Body[] };

const DAY = 24 * 60;
const HOUSING = {
  name: 'Havnens Bolig',
  accountNumber: { registrationNumber: '5000', accountNumber: '40044' },
};
const POWER = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };
const merchant = { name: 'Kaffebaren', mcc: '5814', country: 'DK' };

/**
 * One calm story in which every kind of event is published and every collection written, of Ann, who shares an account with
 * Bea, and their bank. Answers what it leaves: the events in their order, all documents, which paths were written, and what
 * was asked of the store.
 */
export async function everything() {
  const asked: Asked[] = [];
  const written = new Set<string>();
  const mirror = aBankAndItsMirror({ observed: (platform) => noting(platform, asked, written) });
  const atBank = globalThis.fetch;
  const push = aPushService();
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) =>
    url.startsWith('http://bank.test') ? atBank(url, init) : push.fetch(url, init),
  );
  let keys = 0;
  const ask: Ask = async (route, body, uid = 'uid-ann') => {
    keys += 1;
    const { status, body: answer } = await mirror.request(uid, route, {
      key: `key-${keys}`,
      ...(body && { body }),
    });
    if (status >= 300) throw new Error(`${route}: ${status} ${JSON.stringify(answer)}`);
    return (answer ?? {}) as Body;
  };

  const passkey = await gettingStarted(ask);
  push.answer('token-of-tablet', [{ status: 404, errorCode: 'UNREGISTERED' }]);
  const opened = { ownerRefs: ['uid-ann', 'uid-bea'], currency: 'DKK', iban: 'DK5000400440116243' };
  const broughtForward = { direction: 'credit', amountMinor: '500000' };
  const { accountId = '' } = await mirror.ask('/accounts', { ...opened, broughtForward });
  const scene = { mirror, accountId, ask };
  await mirror.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '1000000' });
  // What was booked on it is told before the account itself, and waits for it.
  for (const event of mirror.told().reverse()) await mirror.deliver(event);
  await cards(scene);
  await transfers(scene);
  await payments(scene, passkey);
  await directDebits(scene);
  await whatGoesWrong(scene);
  await mirror.ask(`/accounts/${accountId}/freeze`, {});
  await mirror.ask(`/accounts/${accountId}/unfreeze`, {});
  await mirror.ask(`/accounts/${accountId}/close`, {});
  await mirror.deliver(...mirror.told());

  const events: Event[] = mirror.world.published.map(({ message }) => eventIn(message));
  return { events, documents: mirror.world.documents(), written: [...written], asked };
}

/** Ann registers two phones and a passkey, and says when she wants to be left alone; an operator lets her pay more. */
async function gettingStarted(ask: Ask) {
  for (const id of ['phone', 'tablet'])
    await ask(`PUT /v1/devices/${id}`, { fcmToken: `token-of-${id}`, locale: 'da-DK' });
  const quietHours = { from: '22:00', to: '07:00' };
  const push = { spending: true, income: true, declined: true };
  await ask('PUT /v1/preferences', { timeZone: 'Europe/Copenhagen', quietHours, push });
  const passkey = anAuthenticator();
  const { options } = (await ask('POST /v1/passkeys/registration-options', {})) as unknown as Challenged;
  await ask('POST /v1/passkeys', { name: 'My phone', attestation: passkey.create(options) });
  return passkey;
}
type Challenged = { readonly options: { readonly challenge: string } };

async function cards({ mirror, accountId, ask }: Scene) {
  const at = `/accounts/${accountId}`;
  const authorise = async (more: object = {}) =>
    (await mirror.ask(`${at}/authorisations`, { amountMinor: '32000', cardId: 'card_1', merchant, ...more }))
      .authorisationId ?? '';
  const first = await authorise({
    merchantAmount: { amountMinor: '4290', currency: 'EUR' },
    fx: { rate: '7.459' },
  });
  await mirror.ask(`/authorisations/${first}/increments`, { amountMinor: '4000' });
  await mirror.ask(`/authorisations/${first}/reversals`, { amountMinor: '1000' });
  const cleared = await mirror.ask(`/authorisations/${first}/clearings`, {
    amountMinor: '35000',
    final: true,
  });
  await mirror.ask(`${at}/refunds`, { clearingId: cleared.clearingId, amountMinor: '5000', merchant });
  await authorise({ declined: { reason: 'insufficient-funds' } });
  await mirror.ask(`/authorisations/${await authorise()}/expiry`, {});
  mirror.passes(10);
  // Its clearing names none, and is matched by rule.
  await mirror.ask(`/authorisations/${await authorise({ amountMinor: '7700' })}/clearings`, {
    amountMinor: '7700',
    linked: false,
  });
  // This one no rule matches, and an operator does.
  const other = await authorise({ amountMinor: '9000' });
  const unlinked = { amountMinor: '4500', linked: false };
  const { clearingId } = await mirror.ask(`/authorisations/${other}/clearings`, unlinked);
  await mirror.deliver(...mirror.told());
  const entry = { kind: 'clearing', id: clearingId };
  const assignment = { bank: 'sandbox', accountId, cardId: 'card_1', entry, authorisationId: other };
  await ask('POST /v1/operators/assignments', { ...assignment, why: 'The merchant confirmed it.' }, 'op-eve');
}

async function transfers({ mirror, accountId }: Scene) {
  const at = `/accounts/${accountId}`;
  const make = async (more: object) =>
    (await mirror.ask(`${at}/transfers`, { direction: 'debit', amountMinor: '1200', ...more })).transactionId;
  const counterparty = { name: 'Bo Holm', iban: 'DK5000400440116243' };
  await mirror.ask(
    `/transactions/${await make({ pending: true, counterparty, remittance: 'Tak' })}/booking`,
    {},
  );
  await mirror.ask(`/transactions/${await make({ pending: true })}/cancellation`, {});
  await mirror.ask(`/transactions/${await make({})}/reversal`, {});
  const entries = [{ direction: 'debit', amountMinor: '3000', description: 'Tog' }];
  await mirror.ask(`${at}/pending-lists`, { entries });
  await mirror.ask(`${at}/balance-updates`, {});
  await mirror.deliver(...mirror.told());
}

async function payments(scene: Scene, passkey: ReturnType<typeof anAuthenticator>) {
  const { mirror, accountId, ask } = scene;
  const order = (amountMinor: string, more: object = {}) =>
    ask('POST /v1/payments', {
      ...{ accountId, amount: { amountMinor, currency: 'DKK' }, creditor: HOUSING, remittance: 'Leje' },
      ...more,
    });
  const later = async (minutes: number) => {
    mirror.passes(minutes);
    mirror.bank.expireDue();
    await mirror.deliver(...mirror.told());
  };
  // From 1,000.00 on Ann proves that it is she.
  const rent = await order('100000');
  const { options } = rent.authorisation as Challenged;
  await ask(`POST /v1/payments/${rent.id}/authorisation`, { assertion: passkey.get(options) });
  await order('200000');
  await later(1);

  // Asked back twice: the creditor's bank says no, and then yes.
  for (const accepted of [false, true]) {
    await ask(`POST /v1/payments/${rent.id}/recall`, { reason: 'duplicate' });
    await later(1);
    const [{ paymentId = '' } = {}] = mirror.bank.book.ofReference(rent.id);
    await mirror.ask(`/payments/${paymentId}/recall-decision`, {
      accepted,
      ...(!accepted && { reason: 'CUST' }),
    });
    await later(1);
  }

  // The bank has it and does not answer; and it never had the other.
  for (const fault of ['paymentTimeoutAfter', 'paymentTimeoutBefore'] as const) {
    mirror.goesWrong({ [fault]: 1 });
    await order('4200');
  }
  mirror.goesWrong({});
  await later(26 * 60);
  await mirror.tick('resolve-unknown-payments');
  await later(2);

  await order('5000', { requestedExecutionDate: '2026-11-27' });
  const { id } = await order('6000', { requestedExecutionDate: '2026-11-30' });
  await ask(`POST /v1/payments/${id}/cancellation`, {});
  const amount = { amountMinor: '25000', currency: 'DKK' };
  const schedule = { every: 'month', interval: 1, startsOn: '2026-11-27' };
  const standing = await ask('POST /v1/standing-orders', { accountId, amount, creditor: HOUSING, schedule });
  await later(3 * DAY);
  await mirror.tick('run-standing-orders');
  await later(1);
  await ask(`POST /v1/standing-orders/${standing.id}/pause`, { from: '2027-01-01', until: '2027-02-01' });
}

async function directDebits({ mirror, accountId, ask }: Scene) {
  const at = `/accounts/${accountId}`;
  const hear = () => mirror.deliver(...mirror.told());
  const passes = async (days: number) => {
    mirror.passes(days * DAY);
    await mirror.ask('/_sandbox/clock', { aheadSeconds: 0 }, 'PUT');
  };
  const { mandateId } = await mirror.ask(`${at}/mandates`, { creditor: POWER, scheme: 'core' });
  const collect = (dueDate: string) =>
    mirror.ask(`/mandates/${mandateId}/collections`, { amountMinor: '45000', dueDate, remittance: 'El' });
  await collect('2026-12-01');
  await hear();
  const items = async (what: string) => ((await ask(`GET /v1${at}/${what}`)) as unknown as Listed).items;
  const [mandate] = await items('mandates');
  const decide = async (decision: 'refusal' | 'refund') => {
    const [newest] = await items('direct-debits');
    await ask(`POST /v1${at}/direct-debits/${newest?.id}/${decision}`, {});
    await hear();
  };
  await passes(5);
  await hear();
  await decide('refund');
  await collect('2026-12-20');
  await hear();
  await decide('refusal');

  // Refused too late: by the bank's clock it is collected.
  await collect('2026-12-10');
  await hear();
  await mirror.ask('/_sandbox/clock', { aheadSeconds: 12 * 86_400 }, 'PUT');
  await decide('refusal');
  for (const decision of ['block', 'unblock']) {
    mirror.passes(1);
    await ask(`POST /v1${at}/mandates/${mandate?.id}/${decision}`, {});
    await hear();
  }
  await mirror.ask(`/mandates/${mandateId}/cancellation`, {});
  await hear();
}

/** What the bank told is lost, or cannot be read; a balance is changed by hand; the night's round comes by, and an operator does what they can. */
async function whatGoesWrong({ mirror, accountId, ask }: Scene) {
  await mirror.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '3200' });
  mirror.told();
  const [balance] = await mirror.store.get([`accounts/${accountId}/balances/0`]);
  if (!balance?.fields) throw new Error('there is no balance');
  const { booked, held } = balance.fields.DKK as { booked: bigint; held: bigint };
  const wrong = { ...balance.fields, DKK: { booked: booked + 700n, held } };
  await mirror.store.commit([{ do: 'replace', read: balance, fields: wrong }]);
  for (let tick = 0; tick < 3; tick += 1) {
    mirror.passes(5);
    await mirror.fetchMissed();
    await mirror.reconcile();
  }
  while (mirror.now().getUTCHours() !== 2) mirror.passes(30);
  await mirror.reconcile();
  await mirror.deliver({ ...aWireEvent('transaction.booked', { amount: 'much' }), accountId } as BankEvent);
  const { items } = (await ask(
    'GET /v1/operators/parked?state=waiting',
    undefined,
    'op-eve',
  )) as unknown as Listed;
  await ask(`POST /v1/operators/parked/${items[0]?.id}/drop`, { why: 'The bank told it again.' }, 'op-eve');
  const { store } = mirror;
  // Whoever lets a customer pay more writes it by hand.
  const limits = { schema: 1n, paymentMinor: 2_000_000n, dayMinor: 4_000_000n, customerDayMinor: 6_000_000n };
  await store.commit([{ do: 'create', path: limitsPath('uid-ann', 'DKK'), fields: limits }]);
  const begin = await beginning(store, recordTransaction, { restart: true });
  const stop = { requested: false };
  await runRebuild(store, recordTransaction, begin, { stop, onPage() {}, async sleep() {} });
}

/** The platform, which notes what is asked of it, and what it writes. */
function noting(platform: Platform, asked: Asked[], written: Set<string>): Platform {
  return eachCall(platform, (name, call) => (...args) => {
    const [about, sums = []] = args as unknown as [query: Query, sums?: readonly string[]];
    if (name === 'query' || name === 'aggregate') asked.push({ query: about, sums });
    if (name === 'commit')
      for (const write of args[0] as Parameters<Platform['commit']>[0]) written.add(pathOf(write));
    return call(...args);
  });
}
