import { expect, test } from 'vitest';
import { eventsFetched } from '../../../shared/events/coherence.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { bankListFrom, bankListPath } from '../../../shared/store/bank-lists.ts';
import { aMessage } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackBank from './function.ts';

const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, '0')}:00.000Z`;

function fetched(minute: number, changes: object = {}) {
  const data = { bank: 'sandbox', fetchedUntil: at(minute - 2), fetchedAt: at(minute), ...changes };
  return aMessage([eventsFetched], {
    type: eventsFetched.type,
    subject: 'sandbox',
    id: `at-${minute}`,
    data,
  });
}

async function listAfter(...messages: readonly ReturnType<typeof fetched>[]) {
  const world = aWorld({ functions: [trackBank] });
  for (const message of messages) await world.deliver('coherence', message);
  expect(world.events('dead-letters')).toHaveLength(messages.filter(({ data }) => data.length < 50).length);
  return bankListFrom(await readOne(world.store, bankListPath('sandbox')));
}

test('the list is read as far as the latest read says, in whatever order and however often they are told', async () => {
  const latest = { bank: 'sandbox', fetchedUntil: at(8), fetchedAt: at(10) };
  expect(await listAfter(fetched(5), fetched(10))).toEqual(latest);
  expect(await listAfter(fetched(10), fetched(5), fetched(10))).toEqual(latest);
});

test('a read that broke off is kept with where it is to go on', async () => {
  const unfinished = { since: at(0), until: at(8), after: 'evt_7' };
  const list = await listAfter(fetched(5), fetched(10, { fetchedUntil: at(3), unfinished }));
  expect(list).toEqual({ bank: 'sandbox', fetchedUntil: at(3), unfinished, fetchedAt: at(10) });
});

test('what cannot be read is parked, and changes nothing', async () => {
  const broken = { ...fetched(10), data: Buffer.from('{}') };
  expect((await listAfter(fetched(5), broken))?.fetchedAt).toBe(at(5));
});
