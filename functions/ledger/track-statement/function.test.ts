import { expect, test } from 'vitest';
import { statementCompared } from '../../../shared/events/coherence.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { statementFrom, statementPath } from '../../../shared/store/statements.ts';
import { aMessage } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackStatement from './function.ts';

const DAY = '2026-11-22';
const at = (hour: number) => `2026-11-23T0${hour}:00:00.000Z`;

function compared(hour: number, found: readonly string[] = []) {
  const figures = { currency: 'DKK', openingMinor: 0n, closingMinor: 3200n };
  const matches = [{ lineId: 'l1', entry: 'booking:t1' }];
  const data = {
    bank: 'sandbox',
    accountId: 'acct-1',
    date: DAY,
    ...figures,
    matches,
    comparedAt: at(hour),
    found: [...found],
  };
  return aMessage([statementCompared], {
    type: statementCompared.type,
    subject: 'acct-1',
    id: `at-${hour}`,
    data,
  });
}

async function after(...messages: readonly ReturnType<typeof compared>[]) {
  const world = aWorld({ functions: [trackStatement] });
  for (const message of messages) await world.deliver('coherence', message);
  return {
    kept: statementFrom(await readOne(world.store, statementPath('acct-1', DAY))),
    parked: world.events('dead-letters').length,
  };
}

test('a statement of which nothing is over is closed, with which line is which entry', async () => {
  const { kept } = await after(compared(2));
  expect(kept).toMatchObject({
    state: 'closed',
    closingMinor: 3200n,
    matches: [{ lineId: 'l1', entry: 'booking:t1' }],
  });
});

test('the latest comparison counts, in whatever order and however often they come', async () => {
  for (const order of [
    [2, 3],
    [3, 2],
    [2, 3, 2, 3],
  ])
    expect(
      (await after(...order.map((hour) => compared(hour, hour === 2 ? ['drf_1'] : [])))).kept,
    ).toMatchObject({
      state: 'closed',
      comparedAt: at(3),
    });
});

test('what cannot be read is parked, and changes nothing', async () => {
  const { kept, parked } = await after({ ...compared(3), data: Buffer.from('{}') }, compared(2));
  expect({ at: kept?.comparedAt, parked }).toEqual({ at: at(2), parked: 1 });
});
