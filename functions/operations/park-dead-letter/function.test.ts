import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { accountFrozen } from '../../../shared/events/bank-facts.ts';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { toMessage } from '../../../shared/runtime/outgoing.ts';
import { bytesFrom, chunkPaths } from '../../../shared/store/chunks.ts';
import { createInbox, inboxPath } from '../../../shared/store/inbox.ts';
import { writeParkedState } from '../../../shared/store/parked.ts';
import { aFact, aMessage, eventIn, NOW } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import parkDeadLetter from './function.ts';

/** One time that `track-account` gave up a message: each is an event of its own. */
function aParkedMessage(
  data: Uint8Array,
  parkedId = 'prk_1',
  {
    id = `evt-${randomUUID()}`,
    reason = 'account.other-bank',
    attempts = 1,
    name = 'track-account',
    waitsFor = undefined as string | undefined,
  } = {},
) {
  const message = {
    dataBase64: Buffer.from(data).toString('base64'),
    attributes: { type: 'account.frozen' },
  };
  return aMessage([messageParked], {
    type: 'message.parked',
    subject: name,
    id,
    data: {
      parkedId,
      function: name,
      reason,
      facts: { accountId: 'acct-1', tries: 3 },
      waitsFor,
      attempts,
      message,
    },
  });
}

/** The same message as a redrive hands it on. */
function redriven(message: Message, name = 'track-account'): Uint8Array {
  return toMessage({ ...eventIn(message), to: name }).data;
}

function aPlace() {
  const world = aWorld({ functions: [parkDeadLetter] });
  return {
    world,
    park: (...messages: Parameters<typeof world.deliver>[1][]) => world.deliver('dead-letters', ...messages),
    paths: () => Object.keys(world.state()),
    /** As an operator has it. */
    async become(state: 'redriven' | 'dropped') {
      const [read] = await world.store.get(['parked/prk_1']);
      if (!read?.fields) throw new Error('not parked');
      await world.store.commit([writeParkedState(read, state)]);
    },
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
    const parking = aParkedMessage(Buffer.from('a'));
    await park(parking, parking);
    expect(paths()).toEqual(['parked/prk_1']);
  });

  test('that it gave up five times is kept once, with the last reason and the first bytes', async () => {
    const { park, paths, world, bytesOf } = aPlace();
    const reasons = ['one', 'two', 'three', 'four', 'five'];
    await park(
      ...reasons.map((reason) => aParkedMessage(Buffer.from(`as in ${reason}`), 'prk_1', { reason })),
    );
    expect(world.failures).toEqual([]);
    expect(paths()).toEqual(['parked/prk_1']);
    expect(world.documents().get('parked/prk_1')).toMatchObject({ reason: 'five', state: 'waiting' });
    expect((await bytesOf('parked/prk_1')).toString()).toBe('as in one');
  });

  test('has no id of its document in it twice', async () => {
    const { park, world } = aPlace();
    await park(aParkedMessage(Buffer.from('a')));
    expect(Object.keys(world.documents().get('parked/prk_1') ?? {})).not.toContain('parkedId');
  });

  test('of 2 MB is kept whole, though no document holds that much', async () => {
    const { park, bytesOf } = aPlace();
    const large = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, n) => n).buffer);
    await park(aParkedMessage(large));
    expect((await bytesOf('parked/prk_1')).equals(large)).toBe(true);
  });

  test('that was redriven and given up again waits again: with its first bytes, and one more attempt', async () => {
    const { park, world, bytesOf, become } = aPlace();
    const fact = aFact('account.frozen', { bankEventId: 'x'.repeat(200) });
    await park(aParkedMessage(fact.data));
    await become('redriven');

    await park(aParkedMessage(redriven(fact), 'prk_1', { reason: 'fact.conflict' }));
    expect(world.failures).toEqual([]);
    expect(world.documents().get('parked/prk_1')).toMatchObject({
      state: 'waiting',
      reason: 'fact.conflict',
      attempts: 2n,
      parkedAt: NOW.toISOString(),
      lastParkedAt: NOW.toISOString(),
    });
    expect(await bytesOf('parked/prk_1')).toEqual(Buffer.from(fact.data));
  });

  test.each([
    [1, 100],
    [100, 1],
  ])('by a repeat of the same message counts as one, in any order: %i and %i tries', async (...tries) => {
    const { park, world } = aPlace();
    const { data } = aFact('account.frozen');
    const parked = tries.flatMap((attempts) => [1, 2].map(() => aParkedMessage(data, 'prk_1', { attempts })));
    await park(...parked);
    expect(world.documents().get('parked/prk_1')).toMatchObject({ attempts: 100n });
    expect(world.documents().get('parked/prk_1')).not.toHaveProperty('lastParkedAt');
  });

  test('though a repeat of it got through waits for nobody; unless every try failed to tell what follows', async () => {
    const { park, world } = aPlace();
    const fact = aFact('account.frozen', { id: 'fact-1' });
    const entry = { attempt: 'a', fingerprint: 'fact-1', events: [], unpublished: false, handledAt: NOW };
    await world.store.commit(createInbox(inboxPath('track-account', 'fact-1'), entry));
    await park(aParkedMessage(fact.data, 'prk_1', { waitsFor: 'accounts/acct-1' }));
    expect(world.documents().get('parked/prk_1')).toMatchObject({ state: 'redriven', attempts: 1n });
    await park(aParkedMessage(fact.data, 'prk_1', { reason: 'delivery.attempts-exhausted', attempts: 100 }));
    expect(world.documents().get('parked/prk_1')).toMatchObject({ state: 'waiting', attempts: 100n });
  });

  test('stays on its way once it is redriven, when an older try to handle it fails', async () => {
    const { park, world, become } = aPlace();
    const fact = aFact('account.frozen');
    await park(aParkedMessage(fact.data));
    await become('redriven');
    await park(aParkedMessage(fact.data));
    expect(world.documents().get('parked/prk_1')).toMatchObject({ state: 'redriven', attempts: 1n });
    await park(aParkedMessage(redriven(fact)));
    expect(world.documents().get('parked/prk_1')).toMatchObject({ state: 'waiting', attempts: 2n });
  });

  test('stays dropped once an operator dropped it, however often it comes again', async () => {
    const { park, world, become } = aPlace();
    const fact = aFact('account.frozen');
    await park(aParkedMessage(fact.data));
    await become('dropped');
    await park(aParkedMessage(fact.data), aParkedMessage(redriven(fact)));
    expect(world.documents().get('parked/prk_1')).toMatchObject({ state: 'dropped', attempts: 1n });
  });

  test('beside another is kept beside it, whichever comes first', async () => {
    const { park, paths } = aPlace();
    await park(aParkedMessage(Buffer.from('b'), 'prk_2'), aParkedMessage(Buffer.from('a'), 'prk_1'));
    expect(paths()).toEqual(['parked/prk_1', 'parked/prk_2']);
  });
});

describe('what was parked because it came before its account', () => {
  // Of a function that is not here, so that nobody handles what is redriven.
  const waits = { waitsFor: 'accounts/acct-1', name: 'count-freezes' };
  const opened = aFact('account.opened');
  const frozen = aFact('account.frozen', { id: 'fact-frozen' });

  async function parkedThen(...facts: readonly Message[]) {
    const world = aWorld({ functions: [trackAccount, parkDeadLetter] });
    await world.deliver('bank-facts', ...facts);
    await world.deliver('dead-letters', aParkedMessage(frozen.data, 'prk_1', waits));
    const redrives = world.events('bank-facts').map(({ id, to }) => [id, to]);
    return { world, redrives, parked: world.documents().get('parked/prk_1') };
  }

  test('waits while the account is not there', async () => {
    const { redrives, parked } = await parkedThen();
    expect(parked).toMatchObject({ state: 'waiting', waitsFor: 'accounts/acct-1' });
    expect(redrives).toEqual([]);
  });

  test('waits while the account is known, but not opened', async () => {
    const { redrives, parked } = await parkedThen(aFact('account.closed', { resourceVersion: 1 }));
    expect(parked).toMatchObject({ state: 'waiting' });
    expect(redrives).toEqual([]);
  });

  test('goes to its function at once where the account opened in the meantime, and to no other', async () => {
    const { redrives, parked } = await parkedThen(opened);
    expect(redrives).toEqual([['fact-frozen', 'count-freezes']]);
    expect(parked).toMatchObject({ state: 'redriven' });
  });

  test('and is given up again with the account there waits for an operator, not for ever in a circle', async () => {
    const { world } = await parkedThen(opened);
    await world.deliver('dead-letters', aParkedMessage(redriven(frozen, waits.name), 'prk_1', waits));
    expect(world.events('bank-facts')).toHaveLength(1);
    const parked = world.documents().get('parked/prk_1');
    expect(parked).toMatchObject({ state: 'waiting', attempts: 2n });
    expect(parked).not.toHaveProperty('waitsFor');
  });

  test('and cannot be redriven is left to an operator', async () => {
    const world = aWorld({ functions: [trackAccount, parkDeadLetter] });
    await world.deliver('bank-facts', opened);
    await world.deliver('dead-letters', aParkedMessage(Buffer.from('no event'), 'prk_1', waits));
    expect(world.documents().get('parked/prk_1')).toMatchObject({ state: 'waiting' });
    expect(world.documents().get('parked/prk_1')).not.toHaveProperty('waitsFor');
  });
});

describe('the inbox entry of an event that was parked', () => {
  const handledAt = NOW;
  const entry = { attempt: 'a', fingerprint: 'f', handledAt, expiresAt: new Date('2026-12-23T10:00:00Z') };
  const conflicting = aFact('account.frozen', { id: 'fact-1' });

  async function afterParking(path: string, bytes: Uint8Array) {
    const { park, world } = aPlace();
    await world.store.commit([{ do: 'create', path, fields: entry }]);
    await park(aParkedMessage(bytes), aParkedMessage(bytes));
    expect(world.failures).toEqual([]);
    return world.documents().get(path);
  }

  test('outlives every redrive: it expires no more', async () => {
    const { expiresAt: _, ...kept } = entry;
    expect(await afterParking(inboxPath('track-account', 'fact-1'), conflicting.data)).toEqual(kept);
  });

  test('that is too long for one document outlives them whole', async () => {
    const { park, world } = aPlace();
    const at = inboxPath('track-account', 'fact-1');
    const events = [
      { topic: 'customers', event: { ...eventIn(conflicting), data: 'x'.repeat(900_000) } },
    ] as const;
    const entry = { attempt: 'a', fingerprint: 'f', events, unpublished: false, handledAt };
    await world.store.commit(createInbox(at, entry));
    await park(aParkedMessage(conflicting.data));
    const kept = [...world.documents()].filter(([path]) => path.startsWith(at));
    expect(kept.map(([path]) => path)).toEqual([at, `${at}/chunks/1`]);
    expect(kept.filter(([, { expiresAt }]) => expiresAt !== undefined)).toEqual([]);
  });

  test.each([
    ['of another function', inboxPath('record-transaction', 'fact-1'), conflicting.data],
    ['of another event', inboxPath('track-account', 'fact-2'), conflicting.data],
    ['of what cannot be read', inboxPath('track-account', 'fact-1'), Buffer.from('fact-1')],
  ])('%s stays as it is', async (_, path, bytes) => {
    expect(await afterParking(path, bytes)).toEqual(entry);
  });
});

test('an event that comes again with other content is parked once, and what was done about it stays done', async () => {
  const world = aWorld({ functions: [trackAccount, parkDeadLetter] });
  const frozen = (fingerprint: string) => {
    const message = aFact('account.frozen', { id: 'fact-1' });
    return toMessage({ ...eventIn(message), fingerprint });
  };
  await world.deliver('bank-facts', frozen('one'), frozen('two'), frozen('two'), frozen('three'));
  const parked = Object.entries(world.state()).filter(([path]) => path.startsWith('parked/'));
  expect(parked.map(([, { reason }]) => reason)).toEqual(['event.conflict', 'event.conflict']);
  expect(world.documents().get(inboxPath('track-account', 'fact-1'))).not.toHaveProperty('expiresAt');
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
