import { describe, expect, test } from 'vitest';
import { memoryCloud } from '../platform/memory.ts';
import { readOne } from '../platform/platform.ts';
import { parkedPath, writeParked } from '../store/parked.ts';
import { aFact, eventIn, NOW, TRACEPARENT } from '../testing/builders.ts';
import { toMessage } from './outgoing.ts';
import { redriveOf, redriveOfParked } from './redrive.ts';

const fact = aFact('transaction.booked', { id: 'fact-1' });
const bent = (text: string, by: string) => ({
  attributes: fact.attributes,
  data: Buffer.from(Buffer.from(fact.data).toString().replace(text, by)),
});

describe('a redrive', () => {
  test('goes by the event’s own topic, under its id and in its trace, for one function alone', () => {
    const redrive = redriveOf('record-transaction', fact);
    if (redrive.kind !== 'ready') throw new Error(redrive.reason);
    expect(redrive.message.topic).toBe('bank-facts');
    expect(redrive.message.event).toEqual({ ...eventIn(fact), to: 'record-transaction' });
    expect(toMessage(redrive.message.event).attributes).toMatchObject({
      to: 'record-transaction',
      type: 'transaction.booked',
      traceparent: TRACEPARENT,
    });
  });

  test('of what was redriven before goes to the function that it names now', () => {
    const first = redriveOf('record-transaction', fact);
    if (first.kind !== 'ready') throw new Error(first.reason);
    const again = redriveOf('tally-spending', toMessage(first.message.event));
    expect(again).toMatchObject({ message: { event: { id: 'fact-1', to: 'tally-spending' } } });
  });

  test('of what was parked is that of the message, whose bytes may be in several documents', async () => {
    const cloud = memoryCloud();
    const store = cloud.instance();
    const long = aFact('transaction.booked', { remittance: 'x'.repeat(1_000_000) });
    const parked = {
      parkedId: 'prk_1',
      function: 'record-transaction',
      reason: 'account.not-found',
      facts: {},
      attempts: 1,
      message: { dataBase64: Buffer.from(long.data).toString('base64'), attributes: { ...long.attributes } },
    };
    const now = { at: NOW.toISOString(), traceparent: TRACEPARENT, cameBack: false, isHandled: false };
    await store.commit(writeParked(await readOne(store, parkedPath('prk_1')), now, parked));
    expect(cloud.documents().size).toBe(2);
    const stored = await readOne(store, parkedPath('prk_1'));
    expect(await redriveOfParked(store, stored)).toEqual(redriveOf('record-transaction', long));
  });

  test.each([
    ['no event at all', { data: Buffer.from('hello'), attributes: {} }, 'event.invalid'],
    [
      'of a kind that is no more',
      bent('"transaction.booked"', '"transaction.teleported"'),
      'event.unknown-type',
    ],
    ['with data that nobody can read', bent('"10000"', '"100.00"'), 'event.invalid'],
  ])('is useless for what is %s, and says why', (_, message, reason) => {
    expect(redriveOf('record-transaction', message)).toEqual({ kind: 'useless', reason });
  });
});
