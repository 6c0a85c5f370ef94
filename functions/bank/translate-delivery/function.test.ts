import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { aBody, aDelivery, aWireEvent } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import parkDeadLetter from '../../operations/park-dead-letter/function.ts';
import archiveDelivery from '../archive-delivery/function.ts';
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

/** As the webhook's door names a delivery: by the bank and its bytes. */
function deliveryOf(body: Buffer): Message {
  const digest = createHash('sha256').update(body).digest('base64url');
  return aDelivery(body, { deliveryId: idFrom('dlv', 'sandbox', digest) });
}

describe('a delivery', () => {
  test('of two events becomes two facts, in the bank’s time', async () => {
    const { translate, facts } = aTranslator();
    await translate(aDelivery(aBody(opened, frozen)));
    expect(facts()).toMatchObject([
      { type: 'account.opened', time: '2026-11-23T09:00:00.000Z', data: { ownerIds: ['uid-ann'] } },
      {
        type: 'account.frozen',
        subject: 'acct-1',
        source: '/banks/sandbox',
        fingerprint: expect.stringMatching(/^[\w-]{43}$/),
        data: { deliveryId: 'dlv-1', bankEventId: 'evt-frozen' },
      },
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

  test('is one parked document, though six deliveries tell it, and two of them tell nothing else', async () => {
    const world = aWorld({ functions: [translateDelivery, parkDeadLetter] });
    const beside = (n: number) => aBody(unknown, aWireEvent('account.frozen', {}, { id: `evt-${n}` }));
    const written = Buffer.from(JSON.stringify({ sentAt: 1, events: [unknown] }, null, 2)); // in the bank's own way
    const deliveries = [beside(1), beside(2), aBody(unknown), beside(3), written, beside(4)].map(deliveryOf);
    await world.deliver('partner-bank-webhooks', ...deliveries);
    expect(world.events('bank-facts')).toHaveLength(4);
    expect(Object.values(world.state())).toMatchObject([
      { function: 'translate-delivery', reason: 'bank-event.unknown-type', state: 'waiting' },
    ]);
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

describe('what was parked and is redriven while it still cannot be read', () => {
  test.each([
    ['among others', aBody(opened, unknown)],
    ['alone in its delivery', aBody(unknown)],
  ])('waits again, each time: %s', async (_, body) => {
    const world = aWorld({ functions: [translateDelivery, parkDeadLetter] });
    await world.deliver('partner-bank-webhooks', deliveryOf(body));
    const parked = messageParked.data.parse(world.events('dead-letters')[0]?.data);
    const path = `parked/${parked.parkedId}`;
    const { dataBase64, attributes } = parked.message;
    const event = JSON.parse(Buffer.from(dataBase64, 'base64').toString()) as object;
    const redriven = Buffer.from(JSON.stringify({ ...event, to: 'translate-delivery' }));
    for (const _time of ['first', 'second', 'third']) {
      const [read] = await world.store.get([path]);
      if (!read?.fields) throw new Error('not parked');
      await world.store.commit([{ do: 'replace', read, fields: { ...read.fields, state: 'redriven' } }]);
      await world.deliver('partner-bank-webhooks', { data: redriven, attributes });
      expect(world.documents().get(path)?.state).toBe('waiting');
    }
  });
});

describe('a delivery of more than 500 events', () => {
  const events = (count: number) =>
    Array.from({ length: count }, (_, n) => aWireEvent('account.frozen', {}, { id: `evt-${n}` }));

  test('is translated in parts, each a delivery of its own under the same delivery id', async () => {
    const { translate, world, facts } = aTranslator();
    await translate(aDelivery(aBody(...events(1_201))));
    const parts = world.events('partner-bank-webhooks');
    expect(parts.map(({ data }) => deliveryReceived.data.parse(data))).toMatchObject([
      { part: 1, deliveryId: 'dlv-1', bank: 'sandbox' },
      { part: 2, deliveryId: 'dlv-1', bank: 'sandbox' },
    ]);
    expect(new Set([...parts.map(({ id }) => id), 'dlv-1']).size).toBe(3);
    expect(facts()).toHaveLength(1_201);
    expect(new Set(facts().map(({ id }) => id)).size).toBe(1_201);
    expect(facts().every(({ data }) => (data as { deliveryId: string }).deliveryId === 'dlv-1')).toBe(true);
  });

  test('that comes twice gives the same parts and the same facts, under the same ids', async () => {
    const { translate, world } = aTranslator();
    const ids = (topic: 'bank-facts' | 'partner-bank-webhooks') =>
      [...new Set(world.events(topic).map(({ id }) => id))].toSorted();
    await translate(aDelivery(aBody(...events(700))));
    const once = [ids('bank-facts'), ids('partner-bank-webhooks')];
    await translate(aDelivery(aBody(...events(700))));
    expect([ids('bank-facts'), ids('partner-bank-webhooks')]).toEqual(once);
  });

  test('is archived once, whole', async () => {
    const world = aWorld({ functions: [translateDelivery, archiveDelivery] });
    await world.deliver('partner-bank-webhooks', aDelivery(aBody(...events(1_201))));
    const archived = Object.keys(world.state()).filter((path) => /^deliveries\/[^/]+$/.test(path));
    expect(archived).toEqual(['deliveries/sandbox:dlv-1']);
    expect(world.events('dead-letters')).toEqual([]);
  });

  test('of which 12,000 are junk: the booking is recorded, and the junk is a few parked documents', async () => {
    const functions = [translateDelivery, archiveDelivery, recordTransaction, trackAccount, parkDeadLetter];
    const world = aWorld({ functions });
    const booking = aWireEvent('transaction.booked', { transactionId: 'trf-1' });
    const junk = Array.from({ length: 12_000 }, () => 1);
    await world.deliver('partner-bank-webhooks', aDelivery(aBody(booking, ...junk)));
    expect(world.failures).toEqual([]);
    expect(world.events('transactions').map(({ type }) => type)).toEqual(['transaction.recorded']);
    const parked = Object.entries(world.state()).filter(([path]) => /^parked\/[^/]+$/.test(path));
    expect(parked.map(([, { reason }]) => reason).toSorted()).toEqual([
      'bank-event.many-unreadable', // 479 beside the booking
      'bank-event.many-unreadable', // 480 in each of the parts that follow
      'bank-event.unknown-type',
      'bank-event.unknown-type', // and what is left for the last part, alone
    ]);
  });
});

test('an event that is nested 100,000 deep is parked, and the others of its delivery go on', async () => {
  const { translate, facts, parked } = aTranslator();
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  await translate(aDelivery(Buffer.from(`{"events":[${deep},${JSON.stringify(frozen)}]}`)));
  expect(facts().map(({ type }) => type)).toEqual(['account.frozen']);
  expect(parked()).toMatchObject([{ reason: 'bank-event.too-deep', facts: { deliveryId: 'dlv-1' } }]);
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
