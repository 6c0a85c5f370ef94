import releasePayment from '../../functions/payments/release-payment/function.ts';
import runStandingOrders from '../../functions/payments/run-standing-orders/function.ts';
import serveStandingOrders from '../../functions/payments/serve-standing-orders/function.ts';
import { reasonOf, stateOf } from '../../shared/domain/payment.ts';
import type { Fields } from '../../shared/store/document.ts';
import { paymentFrom } from '../../shared/store/payments.ts';
import { aRequest } from '../../shared/testing/builders.ts';
import { aWorld } from '../../shared/testing/world.ts';

type World = Omit<Parameters<typeof aWorld>[0], 'functions'>;

const account = (id: string, changes: Fields = {}): [string, Fields] => [
  `accounts/${id}`,
  { schema: 1n, id, bank: 'sandbox', ownerIds: ['uid-ann'], currency: 'DKK', status: 'open', ...changes },
];

/** Rent of 100.00 DKK on the first of each month, unless told otherwise. */
function aRent(changes: object = {}) {
  return {
    accountId: 'acct-1',
    amount: { amountMinor: '10000', currency: 'DKK' },
    creditor: { name: 'Landlord', accountNumber: { registrationNumber: '1234', accountNumber: '5678' } },
    schedule: { every: 'month', interval: 1, startsOn: '2026-12-01' },
    ...changes,
  };
}

/**
 * Ann's accounts `acct-1` and `acct-2`, and a clock that stands at ten in the morning of Monday, 23 November 2026 until
 * it is moved. Released payments stay with us: there is no bank.
 */
export function aPayer({
  bookedMinor = 100_000_000n,
  also = new Map(),
  ...settings
}: World & { bookedMinor?: bigint; also?: ReadonlyMap<string, Fields> } = {}) {
  const clock = { now: new Date('2026-11-23T09:00:00Z') };
  const world = aWorld({
    ...settings,
    functions: [releasePayment],
    env: { now: () => clock.now },
    stored: new Map([
      account('acct-1'),
      account('acct-2'),
      account('acct-of-bob', { ownerIds: ['uid-bob'] }),
      ['accounts/acct-1/balances/0', { DKK: { booked: bookedMinor, held: 0n } }],
      ...also,
    ]),
  });
  let keys = 0;

  async function ask(method: string, path: string, body?: object, uid = 'uid-ann') {
    const rawBody = Buffer.from(body ? JSON.stringify(body) : '');
    keys += 1;
    const request = aRequest(method, path, uid, { headers: { 'idempotency-key': `key-${keys}` }, rawBody });
    const { status, body: answer } = await world.ask(serveStandingOrders, request);
    return { status, ...(answer as { id: string; code: string; state: string; next?: object }) };
  }

  /** A tick at this time of the clock in Copenhagen, which is one hour before UTC, or two in summer. */
  async function tickAt(at: string, tick = at) {
    clock.now = new Date(at);
    await world.tick(runStandingOrders, tick);
  }

  /** A tick of each of these days, at five past five in the morning, and one in the evening. */
  async function live({ from, until }: { from: string; until: string }) {
    for (const at = new Date(from); at <= new Date(until); at.setUTCDate(at.getUTCDate() + 1)) {
      const day = at.toISOString().slice(0, 10);
      await tickAt(`${day}T04:05:00Z`);
      await tickAt(`${day}T19:05:00Z`);
    }
  }

  /** All that was ordered, the oldest first. */
  function payments() {
    const documents = [...world.documents()].filter(([path]) => path.startsWith('payments/'));
    return documents
      .flatMap(([path, fields]) => paymentFrom({ path, fields, version: undefined }) ?? [])
      .sort((a, b) => (a.orderedAt < b.orderedAt ? -1 : 1))
      .map((payment) => ({ ...payment, state: stateOf(payment), reason: reasonOf(payment) }));
  }

  async function set(path: string, changes: Fields) {
    const [read] = await world.store.get([path]);
    if (read?.fields)
      await world.store.commit([{ do: 'replace', read, fields: { ...read.fields, ...changes } }]);
  }

  return {
    ...{ world, clock, ask, tickAt, live, payments, set },
    order: (changes: object = {}) => ask('POST', '/v1/standing-orders', aRent(changes)),
    executed: () =>
      payments()
        .map(({ executesOn }) => executesOn)
        .join(' '),
    /** What was released, as often as that came under an id of its own. */
    released: () => eventsOf('payment.released').map(({ subject }) => subject),
    told: () => eventsOf('payment.changed').map(({ data }) => data as { state: string; reason?: string }),
  };

  function eventsOf(type: string) {
    const all = world.events('payments').filter((event) => event.type === type);
    return [...new Map(all.map((event) => [event.id, event])).values()];
  }
}
