import { describe, expect, test } from 'vitest';
import { directDebitChanged } from '../../../shared/events/payments.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { aFact, eventIn } from '../../../shared/testing/builders.ts';
import { aDevice, registered } from '../../../shared/testing/push-service.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import trackDirectDebit from '../../payments/track-direct-debit/function.ts';
import composeDirectDebitAlert from './function.ts';

const collection = {
  ...{ mandateId: 'm-1', collectionId: 'c-1', dueOn: '2026-12-01', amountMinor: 45_000n },
  creditor: { name: 'Havnens El', creditorId: 'DK99ZZZ123456' },
};
const opened = aFact('account.opened', { ownerIds: ['uid-ann', 'uid-ann'] });
const at = (time: string) => `2026-11-23T${time}:00.000Z`;
const announced = aFact('direct-debit.announced', { ...collection, time: at('08:00') });
const refused = aFact('direct-debit.refused', { ...collection, time: at('09:00'), reason: 'AM04' });
const collected = aFact('direct-debit.collected', { ...collection, time: at('09:00') });
const returned = aFact('direct-debit.returned', { ...collection, time: at('09:30'), reason: 'MD06' });

/** What Ann was told, the newest first, and how many pushes her one phone was sent. */
async function told(facts: readonly Message[], now = new Date('2026-11-23T10:00:00.000Z')) {
  const functions = [trackAccount, trackDirectDebit, composeDirectDebitAlert];
  const world = aWorld({ functions, env: { now: () => now } });
  await world.store.commit(registered('uid-ann', aDevice()));
  for (const fact of facts) await world.deliver('bank-facts', fact);
  const list = Object.entries(world.state())
    .filter(([path]) => path.startsWith('customers/uid-ann/notifications/'))
    .map(([, { _arrival: _, ...fields }]) => fields)
    .sort((a, b) => String(b.occurredAt).localeCompare(String(a.occurredAt)));
  return {
    world,
    list,
    texts: list.map(({ title, body }) => `${title}: ${body}`.replace(/\s/g, ' ')),
    pushes: new Set(world.events('notifications').map(({ id }) => id)).size,
    parked: world.events('dead-letters').map(({ data }) => data as { reason: string; waitsFor?: string }),
  };
}

describe('a direct debit', () => {
  test('that is announced is told before it is collected, and pushed once to each phone', async () => {
    const { list, texts, pushes } = await told([opened, announced]);
    expect(texts).toEqual(['Havnens El: 450,00 kr. bliver opkrævet 1. dec.']);
    expect(list).toMatchObject([{ kind: 'direct-debit', status: 'announced', accountId: 'acct-1' }]);
    expect(pushes).toBe(1);
  });

  test('that is refused or comes back is told, each once; its collection is told with its transaction', async () => {
    expect((await told([opened, announced, refused])).texts).toEqual([
      'Havnens El: 450,00 kr. blev ikke opkrævet',
      'Havnens El: 450,00 kr. bliver opkrævet 1. dec.',
    ]);
    const { texts, pushes } = await told([opened, announced, collected, returned]);
    expect(texts[0]).toBe('Havnens El: 450,00 kr. er betalt tilbage');
    expect([texts.length, pushes]).toEqual([2, 2]);
  });

  test('is told the same in whatever order it comes, and phones are told only what it still is', async () => {
    const inOrder = await told([opened, announced, collected, returned]);
    const backwards = await told([opened, returned, collected, announced]);
    expect(backwards.list).toEqual(inOrder.list);
    expect(backwards.pushes).toBe(1);
  });

  test('that is announced anew is told as it is now, and stays read', async () => {
    const { world } = await told([opened, announced]);
    const [document] = await world.store.query({ collection: 'customers/uid-ann/notifications' });
    if (!document) throw new Error('no notification');
    await world.store.commit([{ do: 'replace', read: document, fields: { ...document.fields, read: true } }]);
    const anew = { ...collection, id: 'anew', time: at('09:00'), amountMinor: 46_000n };
    await world.deliver('bank-facts', aFact('direct-debit.announced', anew));
    const [after] = await world.store.query({ collection: 'customers/uid-ann/notifications' });
    expect(after?.fields).toMatchObject({ read: true, amountMinor: 46_000n });
    expect(new Set(world.events('notifications').map(({ id }) => id)).size).toBe(1);
  });

  test('told by one event twice is told once', async () => {
    const { world, list } = await told([opened, announced]);
    const [event] = world.published.filter(({ topic }) => topic === 'payments');
    if (!event) throw new Error('nothing published');
    await world.deliver('payments', event.message, event.message);
    expect(new Set(world.events('notifications').map(({ id }) => id)).size).toBe(1);
    expect(list).toHaveLength(1);
  });

  test('of yesterday is in the list, and rings no phone', async () => {
    const { list, pushes } = await told([opened, announced], new Date('2026-11-24T08:00:00.001Z'));
    expect([list.length, pushes]).toEqual([1, 0]);
  });
});

test('what comes before its account waits for it, parked', async () => {
  const { parked, list } = await told([announced]);
  expect(parked).toMatchObject([{ reason: 'account.not-opened', waitsFor: 'accounts/acct-1' }]);
  expect(list).toEqual([]);
});

test('a message that is no such event is parked, and the next one is taken', async () => {
  const { world } = await told([opened]);
  await world.deliver('bank-facts', announced);
  const [event] = world.published.filter(({ topic }) => topic === 'payments');
  if (!event) throw new Error('nothing published');
  const { message } = event;
  const broken = (from: string, to: string) => {
    const text = Buffer.from(message.data).toString();
    const data = Buffer.from(text.replace(from, to).replace(eventIn(message).id, `evt-${to.length}`));
    return { ...message, data };
  };
  const unknown = broken('"directDebitId":"ddt_', '"directDebitId":"ddt_no-');
  await world.deliver('payments', broken('"announced"', '"expected"'), unknown, message);
  const reasons = world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason);
  expect(reasons).toEqual(['event.invalid', 'direct-debit.not-found']);
  expect(directDebitChanged.type).toBe(eventIn(message).type);
});
