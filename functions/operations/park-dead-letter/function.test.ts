import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accountFrozen } from '../../../shared/events/bank-facts.ts';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { bytesFrom, chunkPaths } from '../../../shared/store/chunks.ts';
import { aFact, aMessage, NOW } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import parkDeadLetter from './function.ts';

function aParkedMessage(data: Buffer, id = 'prk_1') {
  const message = { dataBase64: data.toString('base64'), attributes: { type: 'account.frozen' } };
  return aMessage([messageParked], {
    type: 'message.parked',
    subject: 'track-account',
    id,
    data: {
      function: 'track-account',
      reason: 'account.other-bank',
      facts: { accountId: 'acct-1', tries: 3 },
      attempts: 1,
      message,
    },
  });
}

function aPlace() {
  const world = aWorld({ functions: [parkDeadLetter] });
  return {
    world,
    park: (...messages: Parameters<typeof world.deliver>[1][]) => world.deliver('dead-letters', ...messages),
    paths: () => Object.keys(world.state()),
    async bytesOf(path: string) {
      const [document] = await world.store.get([path]);
      if (!document?.fields) throw new Error('not parked');
      return bytesFrom(document, await world.store.get(chunkPaths(document)));
    },
  };
}

describe('a message that a function gave up', () => {
  test('is kept with its reason, and with its bytes as they came', async () => {
    const { park, world, bytesOf } = aPlace();
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    await park(aParkedMessage(bytes));
    expect(world.documents().get('parked/prk_1')).toMatchObject({
      function: 'track-account',
      reason: 'account.other-bank',
      facts: { accountId: 'acct-1', tries: '3' },
      attempts: 1n,
      state: 'waiting',
      parkedAt: NOW.toISOString(),
    });
    expect(await bytesOf('parked/prk_1')).toEqual(bytes);
  });

  test('that comes twice is kept once', async () => {
    const { park, paths } = aPlace();
    await park(aParkedMessage(Buffer.from('a')), aParkedMessage(Buffer.from('a')));
    expect(paths()).toEqual(['parked/prk_1']);
  });

  test('of 2 MB is kept whole, though no document holds that much', async () => {
    const { park, bytesOf } = aPlace();
    const large = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, n) => n).buffer);
    await park(aParkedMessage(large));
    expect((await bytesOf('parked/prk_1')).equals(large)).toBe(true);
  });

  test('that was redriven and gave up again waits again, with its bytes', async () => {
    const { park, world, bytesOf } = aPlace();
    const bytes = Buffer.alloc(1_500_000, 'x');
    await park(aParkedMessage(bytes));
    const [read] = await world.store.get(['parked/prk_1']);
    if (!read?.fields) throw new Error('not parked');
    await world.store.commit([{ do: 'replace', read, fields: { ...read.fields, state: 'redriven' } }]);
    const inbox = await world.store.get(
      [...world.documents().keys()].filter((path) => path.startsWith('inbox/')),
    );
    await world.store.commit(inbox.map((entry) => ({ do: 'delete', read: entry })));

    await park(aParkedMessage(bytes));
    expect(world.failures).toEqual([]);
    expect(world.documents().get('parked/prk_1')?.state).toBe('waiting');
    expect((await bytesOf('parked/prk_1')).equals(bytes)).toBe(true);
  });

  test('beside another is kept beside it, whichever comes first', async () => {
    const { park, paths } = aPlace();
    await park(aParkedMessage(Buffer.from('b'), 'prk_2'), aParkedMessage(Buffer.from('a'), 'prk_1'));
    expect(paths()).toEqual(['parked/prk_1', 'parked/prk_2']);
  });
});

test('a message that is no dead letter is parked itself', async () => {
  const { park, world, paths } = aPlace();
  await park({ data: Buffer.from('hello'), attributes: {} });
  expect(paths()).toHaveLength(1);
  expect(Object.values(world.state())).toMatchObject([
    { function: 'park-dead-letter', reason: 'event.not-json' },
  ]);
});

test('what a function fails to handle, however often, ends here with the count of its tries', async () => {
  const alwaysFails = onEvent({
    name: 'fail-always',
    on: [accountFrozen],
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    async decide() {
      throw new Error('no luck');
    },
  });
  const world = aWorld({ functions: [alwaysFails, parkDeadLetter], weather: { attemptsMax: 7 } });
  await world.deliver('bank-facts', aFact('account.frozen'));
  expect(Object.values(world.state())).toMatchObject([
    { function: 'fail-always', reason: 'delivery.attempts-exhausted', attempts: 7n, state: 'waiting' },
  ]);
});
