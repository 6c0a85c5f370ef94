import { vi } from 'vitest';
import { idFrom } from '../../shared/events/id.ts';
import type { Fields } from '../../shared/store/document.ts';
import { paymentPath } from '../../shared/store/payments.ts';
import { aPushService } from '../../shared/testing/push-service.ts';
import { aPayingCustomer, BO } from './payments.ts';

const HOUR = 60;
const FCM = 'https://fcm.googleapis.com/';
const FROM_THE_BANK = ['republish-unpublished', 'fetch-missed-events', 'reconcile-accounts'];
const DUE = ['run-standing-orders', 'resolve-unknown-payments', 'expire-holds'];

/**
 * A customer who bought, paid and ordered for Wednesday, 25 November; what the store held by then; and what happened at the
 * bank and here for so many hours more, all of which the store is then made to forget.
 */
export async function aLifeThatIsForgotten({ hours }: { hours: number }) {
  const customer = await aPayingCustomer({ bookedMinor: '1000000' });
  const { mirror, accountId, pay, act, hears, later, anAccount, atBank } = customer;
  const push = withPhones();
  const device = { fcmToken: 'token-1', locale: 'da-DK' };
  await mirror.request('uid-ann', 'PUT /v1/devices/phone', { body: device });
  const at = (path: string) => `/accounts/${accountId}/${path}`;

  await mirror.ask(at('purchases'), { amountMinor: '4500' });
  const { authorisationId: open = '' } = await mirror.ask(at('authorisations'), { amountMinor: '7000' });
  const sent = await pay('3200');
  const due = await pay('5000', { requestedExecutionDate: '2026-11-25' });
  const cancelled = await pay('6000', { requestedExecutionDate: '2026-11-25' });
  const rent = {
    ...{ accountId, amount: { amountMinor: '10000', currency: 'DKK' }, creditor: BO },
    schedule: { every: 'month', interval: 1, startsOn: '2026-11-25' },
  };
  await mirror.request('uid-ann', 'POST /v1/standing-orders', { body: rent, key: 'rent' });
  await hears();
  await later({ minutes: HOUR });
  await mirror.fetchMissed();
  await mirror.reconcile();
  // Taken on, and not yet released: as an order under way is when a copy of the store is made.
  const underWay = mirror.request('uid-ann', 'POST /v1/payments', {
    ...{
      body: { accountId, amount: { amountMinor: '800', currency: 'DKK' }, creditor: BO },
      key: 'under-way',
    },
  });
  const underWayId = idFrom('pay', 'uid-ann', 'under-way');
  while (!mirror.world.documents().has(paymentPath(underWayId))) await Promise.resolve();
  const stored = mirror.world.documents();
  const publishedBefore = mirror.world.published.length;
  await underWay;

  await later({ minutes: 10 });
  await mirror.ask(`/authorisations/${open}/clearings`, { amountMinor: '7000', final: true });
  await mirror.ask(at('authorisations'), { amountMinor: '1500' });
  await mirror.ask(at('transfers'), { direction: 'credit', amountMinor: '2500' });
  await hears();
  const other = await anAccount('uid-ann', '80000');
  const lost = await pay('900', { key: 'lost' });
  await act(cancelled.id, 'cancellation');
  await hears();
  for (let hour = 0; hour < hours; hour += 1) {
    await later({ minutes: HOUR });
    await mirror.tick('run-standing-orders');
    await hears();
  }
  const since = mirror.world.published.slice(publishedBefore);
  const rentId = idFrom('pay', idFrom('sto', 'uid-ann', 'rent'), '2026-11-25');

  return {
    ...{ ...customer, push },
    payments: { sent, due, cancelled, lost, underWay: { id: underWayId } },
    accounts: [accountId, other],
    whole: mirror.world.documents(),
    /** All documents are as they were, but for these; nothing that was published is under way. */
    restore: (besides: ReadonlyMap<string, Fields> = new Map()) =>
      mirror.restart(new Map([...stored, ...besides])),
    /** Every subscription is sent back to before the restored time. */
    async seek() {
      for (const { topic, message } of since) await mirror.world.deliver(topic, message);
    },
    /** What asks the bank has its turns, and nothing is paid. */
    catchUp: () => turns(FROM_THE_BANK),
    /** And everything else goes on. */
    goOn: () => turns([...FROM_THE_BANK, ...DUE]),
    rentsPaid: () => atBank(rentId).length,
    timesAtBank: (...all: readonly { id: string }[]) => all.map(({ id }) => atBank(id).length),
  };

  async function turns(names: readonly string[]): Promise<void> {
    for (let n = 0; n < 3; n += 1) {
      mirror.passes(5);
      for (const name of names) await mirror.tick(name);
      await hears();
    }
  }
}

/** The phones, beside the bank that is there already. */
function withPhones() {
  const push = aPushService();
  const bank = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) =>
    url.startsWith(FCM) ? push.fetch(url, init) : bank(url, init),
  );
  return push;
}
