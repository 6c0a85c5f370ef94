import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import translateDelivery from '../../functions/bank/translate-delivery/function.ts';
import parkDeadLetter from '../../functions/operations/park-dead-letter/function.ts';
import { PermanentError } from '../../shared/errors.ts';
import { accountFrozen } from '../../shared/events/bank-facts.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { onEvent } from '../../shared/runtime/on-event.ts';
import { childOf } from '../../shared/runtime/telemetry.ts';
import { auditFrom, auditOf } from '../../shared/store/audit.ts';
import { parkedFrom, writeParkedState } from '../../shared/store/parked.ts';
import { aBody, aDelivery, aFact, aWireEvent } from '../../shared/testing/builders.ts';
import { withTroubles } from '../../shared/testing/troubles.ts';
import { aWorld } from '../../shared/testing/world.ts';
import { tableOf } from './list.ts';
import { readParked } from './read.ts';
import { prepare, redriveOne } from './redrive.ts';
import { handledSince, linesOf } from './show.ts';

const BY_JOE = { by: 'joe', trace: childOf(undefined) };

/** A function whose fault can be mended, as by a new version of it. */
function aFaultyFunction(name = 'count-freezes') {
  let isMended = false;
  const fn = onEvent({
    name,
    on: [accountFrozen],
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    async decide({ data }) {
      if (!isMended && data.accountId === 'acct-1')
        throw new PermanentError('account.strange', { accountId: 'acct-1' });
      return { writes: [{ do: 'increment', path: `counts/${data.accountId}`, by: { freezes: 1n } }] };
    },
  });
  return {
    fn,
    mend() {
      isMended = true;
    },
  };
}

async function aPlace() {
  const { fn, mend } = aFaultyFunction();
  const world = aWorld({ functions: [fn, parkDeadLetter] });
  await world.deliver(
    'bank-facts',
    aFact('account.frozen'),
    aFact('account.frozen', { id: 'f2', accountId: 'acct-2' }),
  );
  const [path = ''] = Object.keys(world.state()).filter((each) => each.startsWith('parked/'));
  const id = path.slice('parked/'.length);
  return {
    world,
    mend,
    id,
    prepare: (platform: Platform = world.store) => prepare(platform, id, [fn]),
    parked: async () => (await readParked(world.store, id)).parked,
    count: () => world.documents().get('counts/acct-1')?.freezes,
    audit: async () => auditFrom(await world.store.query(auditOf(id))),
    /** Has everything handled that was published meanwhile. */
    settle: () => world.deliver('bank-facts'),
  };
}

describe('a redrive by an operator', () => {
  test('does nothing to those that were never in trouble, applies the one that was, and twice is once', async () => {
    const { world, mend, prepare, parked, count, audit, settle } = await aPlace();
    expect(world.documents().get('counts/acct-2')).toEqual({ freezes: 1n });
    mend();
    for (const _ of [1, 2]) {
      expect(await redriveOne(world.store, BY_JOE, await prepare())).toBe('redriven');
      await settle();
    }
    expect(count()).toBe(1n);
    expect(world.documents().get('counts/acct-2')).toEqual({ freezes: 1n });
    expect(await parked()).toMatchObject({ state: 'redriven', attempts: 1n });
    expect(await audit()).toMatchObject([
      { action: 'redrive', by: 'joe' },
      { action: 'redrive', by: 'joe' },
    ]);
  });

  test('that comes back before it is noted leaves it waiting, and is in the audit all the same', async () => {
    const { world, prepare, parked, audit, settle } = await aPlace();
    const ready = await prepare();
    const slow: Platform = {
      ...world.store,
      async publish(topic, messages) {
        await world.store.publish(topic, messages);
        await settle(); // the function is faster than the note
      },
    };
    expect(await redriveOne(slow, BY_JOE, ready)).toBe('came back');
    expect(await parked()).toMatchObject({ state: 'waiting', attempts: 2n });
    expect(await audit()).toHaveLength(1);
  });

  test('that comes back after it was noted waits again, with one more attempt', async () => {
    const { world, prepare, parked, settle } = await aPlace();
    await redriveOne(world.store, BY_JOE, await prepare());
    expect(await parked()).toMatchObject({ state: 'redriven' });
    await settle();
    expect(await parked()).toMatchObject({ state: 'waiting', attempts: 2n, reason: 'account.strange' });
  });

  test.each(['lost-answer', 'own-retry'] as const)('whose note had a %s is noted once', async (trouble) => {
    const { world, mend, prepare, parked, audit, settle } = await aPlace();
    mend();
    const platform = withTroubles(world.store, { commit: [trouble] });
    expect(await redriveOne(platform, BY_JOE, await prepare())).toBe('redriven');
    await settle();
    expect(await parked()).toMatchObject({ state: 'redriven' });
    expect(await audit()).toHaveLength(1);
  });

  test('whose process dies before the note is done all the same, and waits to be looked at', async () => {
    const { world, mend, prepare, parked, count, settle } = await aPlace();
    mend();
    const platform = withTroubles(world.store, { commit: ['crash-before'] });
    await expect(redriveOne(platform, BY_JOE, await prepare())).rejects.toThrow('crashed');
    await settle();
    expect(count()).toBe(1n);
    expect(await parked()).toMatchObject({ state: 'waiting' });
  });

  test('is refused where it would be useless, with the reason', async () => {
    const { world, id } = await aPlace();
    const { fn: other } = aFaultyFunction('count-others');
    await expect(prepare(world.store, id, [other])).rejects.toThrow(
      'there is no function count-freezes any more',
    );
    const [read] = await world.store.get([`parked/${id}`]);
    if (!read) throw new Error('not parked');
    await world.store.commit([writeParkedState(read, 'dropped')]);
    await expect(prepare(world.store, id, [other])).rejects.toThrow(`${id} is not redriven: it was dropped.`);
    await expect(prepare(world.store, 'prk_none', [other])).rejects.toThrow('Nothing is parked as prk_none');
  });
});

describe('what is shown', () => {
  test('of many is a line each, in columns', async () => {
    const { parked, id } = await aPlace();
    const [head = '', row = ''] = tableOf([await parked()]);
    expect(head.split(/ {2,}/)).toEqual([
      'id',
      'function',
      'reason',
      'attempts',
      'since',
      'state',
      'waits for',
    ]);
    expect(row.split(/ {2,}/).slice(0, 4)).toEqual([id, 'count-freezes', 'account.strange', '1']);
    expect(head.indexOf('reason')).toBe(row.indexOf('account.strange'));
  });

  test('of one is all of it, and whether its function has handled it since', async () => {
    const { world, mend, prepare, id, settle, audit } = await aPlace();
    const lines = async () => {
      const { parked, message } = await readParked(world.store, id);
      const since = await handledSince(world.store, parked.function, message);
      return linesOf({ parked, message, audit: await audit(), since }).join('\n');
    };
    expect(await lines()).toMatch(/handled +no$/m);
    mend();
    await redriveOne(world.store, BY_JOE, await prepare());
    await settle();
    const after = await lines();
    expect(after).toMatch(/handled +yes, 2026-11-23T10:00:00.000Z$/m);
    for (const part of [
      'redrive by joe',
      'account.strange',
      'accountId',
      '"bankEventId": "evt-fact-account.frozen"',
    ])
      expect(after).toContain(part);
  });

  test('of an unreadable part of a delivery is what the bank wrote', async () => {
    const world = aWorld({ functions: [translateDelivery, parkDeadLetter] });
    const strange = aWireEvent('transaction.teleported', { to: 'Mars' });
    await world.deliver('partner-bank-webhooks', aDelivery(aBody(strange)));
    const [document] = await world.store.query({ collection: 'parked' });
    const parked = document && parkedFrom(document);
    if (!parked) throw new Error('not parked');
    const { message } = await readParked(world.store, parked.id);
    const lines = linesOf({ parked, message, audit: [], since: 'no' });
    expect(lines.slice(lines.indexOf('its delivery')).join('\n')).toContain('"to": "Mars"');
  });

  test('of bytes that are no text is base64, and of text nothing that steers a terminal', async () => {
    const { parked: read } = await aPlace();
    const parked = await read();
    const shown = (data: Buffer) =>
      linesOf({ parked, message: { data, attributes: {} }, audit: [], since: 'no' }).join('\n');
    expect(shown(Buffer.from([0xff, 0x00]))).toContain('in base64:\n/wA=');
    expect(shown(Buffer.from('\u001b[2J'))).toContain('in base64:');
    expect(shown(Buffer.from('kroner og øre'))).toContain('kroner og øre');
  });
});
