import { describe, expect, test } from 'vitest';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { aBody, aDelivery, aWireEvent } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import translateDelivery from './function.ts';

const frozen = aWireEvent('account.frozen', {}, { id: 'evt-frozen' });
const opened = aWireEvent(
  'account.opened',
  { ownerRefs: ['uid-ann'], currency: 'DKK' },
  { id: 'evt-opened' },
);
const unknown = aWireEvent('account.painted-blue', {}, { id: 'evt-blue' });

function aTranslator() {
  const world = aWorld({ functions: [translateDelivery] });
  return {
    world,
    translate: (...messages: Message[]) => world.deliver('partner-bank-webhooks', ...messages),
    facts: () => world.events('bank-facts'),
    parked: () => world.events('dead-letters').map(({ data }) => messageParked.data.parse(data)),
  };
}

describe('a delivery', () => {
  test('of two events becomes two facts, in the bank’s time', async () => {
    const { translate, facts } = aTranslator();
    await translate(aDelivery(aBody(opened, frozen)));
    expect(facts()).toMatchObject([
      { type: 'account.opened', time: '2026-11-23T09:00:00.000Z', data: { ownerIds: ['uid-ann'] } },
      { type: 'account.frozen', subject: 'acct-1', data: { deliveryId: 'dlv-1', bankEventId: 'evt-frozen' } },
    ]);
  });

  test('that comes twice is translated to the same facts, under the same ids', async () => {
    const { translate, facts } = aTranslator();
    await translate(aDelivery(aBody(opened, frozen)), aDelivery(aBody(opened, frozen)));
    expect(facts().slice(2)).toEqual(facts().slice(0, 2));
  });

  test('that tells again what another has told gives the fact the id that it had', async () => {
    const { translate, facts } = aTranslator();
    await translate(
      aDelivery(aBody(opened, frozen), { deliveryId: 'dlv-1' }),
      aDelivery(aBody(frozen), { deliveryId: 'dlv-2' }),
    );
    expect(facts()[2]?.id).toBe(facts()[1]?.id);
  });

  test('of no events says nothing', async () => {
    const { translate, facts, parked } = aTranslator();
    await translate(aDelivery(aBody()));
    expect([...facts(), ...parked()]).toEqual([]);
  });
});

describe('an event that cannot be read', () => {
  test('is parked alone, with why, and the others of its delivery go on', async () => {
    const { translate, facts, parked } = aTranslator();
    await translate(aDelivery(aBody(opened, unknown, frozen)));
    expect(facts().map(({ type }) => type)).toEqual(['account.opened', 'account.frozen']);
    expect(parked()).toMatchObject([
      { function: 'translate-delivery', reason: 'bank-event.unknown-type', facts: { deliveryId: 'dlv-1' } },
    ]);
  });

  test('is parked once, though its delivery comes twice', async () => {
    const { translate, world } = aTranslator();
    await translate(aDelivery(aBody(unknown, frozen)), aDelivery(aBody(unknown, frozen)));
    expect(new Set(world.events('dead-letters').map(({ id }) => id)).size).toBe(1);
  });

  test('in a currency that we do not know is parked, and the same in kroner goes on', async () => {
    const transfer = (id: string, currency: string) =>
      aWireEvent(
        'transaction.booked',
        { transactionId: id, amount: { amountMinor: '100', currency } },
        { id },
      );
    const { translate, facts, parked } = aTranslator();
    await translate(aDelivery(aBody(transfer('trf-1', 'ZZZ'), transfer('trf-2', 'DKK'))));
    expect(facts().map(({ subject }) => subject)).toEqual(['trf-2']);
    expect(parked().map(({ reason }) => reason)).toEqual(['currency.unknown']);
  });

  test('is a delivery of its own that can be redriven, once its cause is gone', async () => {
    const { translate, parked, world } = aTranslator();
    await translate(aDelivery(aBody(opened, unknown)));
    const { dataBase64, attributes } = parked()[0]?.message ?? { dataBase64: '', attributes: {} };
    const mended = Buffer.from(dataBase64, 'base64').toString();
    const data = JSON.parse(mended) as { data: { bodyBase64: string } };
    expect(Buffer.from(data.data.bodyBase64, 'base64').toString()).toBe(aBody(unknown).toString());

    // Still unknown, so it is parked again, and nothing else of the delivery is repeated.
    await translate({ data: Buffer.from(mended), attributes });
    expect(world.events('bank-facts')).toHaveLength(1);
    expect(parked().map(({ facts }) => facts.deliveryId)).toEqual(['dlv-1', 'dlv-1']);
  });
});

test('a delivery of a bank that is not ours is parked whole', async () => {
  const { translate, parked, facts } = aTranslator();
  await translate(aDelivery(aBody(frozen), { bank: 'elsewhere' }));
  expect(parked()).toMatchObject([{ reason: 'bank.unknown', facts: { bank: 'elsewhere' } }]);
  expect(facts()).toEqual([]);
});

test('a message that is no delivery is parked with its bytes', async () => {
  const { translate, parked } = aTranslator();
  await translate({ data: Buffer.from('{"specversion":"1.0"}'), attributes: { type: 'delivery.received' } });
  expect(parked()).toMatchObject([{ reason: 'event.invalid', message: { dataBase64: expect.any(String) } }]);
});
