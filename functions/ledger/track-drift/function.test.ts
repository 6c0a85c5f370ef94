import { describe, expect, test } from 'vitest';
import { accountCompared, driftFound } from '../../../shared/events/coherence.ts';
import type { Message } from '../../../shared/platform/platform.ts';
import { driftFrom, driftIdOf } from '../../../shared/store/drifts.ts';
import { aMessage } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackDrift from './function.ts';

const GAP = { cause: 'missing-fact', entry: 'booking:btx_1' } as const;
const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, '0')}:00.000Z`;

function found(
  minute: number,
  finding: { cause: 'missing-fact' | 'extra-fact'; entry: string } = GAP,
): Message {
  const whole = { ...finding, amountMinor: 3200n, currency: 'DKK', evidence: { bankEventId: 'evt-1' } };
  const data = { bank: 'sandbox', accountId: 'acct-1', foundAt: at(minute), finding: whole };
  const id = `found-${finding.entry}-${minute}`;
  return aMessage([driftFound], { type: driftFound.type, subject: 'acct-1', id, data });
}

function compared(minute: number, ...drifts: readonly Parameters<typeof driftIdOf>[1][]): Message {
  const ids = drifts.map((each) => driftIdOf('acct-1', each));
  const data = { bank: 'sandbox', accountId: 'acct-1', comparedAt: at(minute), found: ids };
  return aMessage([accountCompared], {
    type: accountCompared.type,
    subject: 'acct-1',
    id: `at-${minute}`,
    data,
  });
}

async function after(...messages: readonly Message[]) {
  const world = aWorld({ functions: [trackDrift] });
  for (const message of messages) await world.deliver('coherence', message);
  const documents = await world.store.query({ collection: 'drift' });
  return {
    drifts: documents.flatMap((document) => driftFrom(document) ?? []),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

const statesAfter = async (...messages: readonly Message[]) =>
  (await after(...messages)).drifts.map(({ state }) => state);

test('a drift that is found twice is one, from when it was first seen to when it was last', async () => {
  const { drifts } = await after(found(0), found(5), found(5));
  expect(drifts).toHaveLength(1);
  expect(drifts[0]).toMatchObject({ firstSeenAt: at(0), lastSeenAt: at(5), amountMinor: 3200n });
});

test('two of one account are two, and one comparison settles both', async () => {
  const other = { cause: 'extra-fact', entry: 'booking:btx_2' } as const;
  expect(await statesAfter(found(0), found(0, other))).toHaveLength(2);
  expect((await statesAfter(found(0), found(0, other), compared(5))).sort()).toEqual(['dismissed', 'healed']);
});

describe('in whatever order they come', () => {
  test.each([
    ['the comparison that found it again comes first', [found(0), compared(5, GAP), found(5)], 'healing'],
    ['one of before it was found comes late', [found(5), compared(0)], 'healing'],
    ['what was found before it was settled comes late', [found(0), compared(5), found(3)], 'healed'],
    ['it is found again after it was settled', [found(0), compared(5), found(10)], 'healing'],
  ] as const)('%s: %#', async (_, messages, state) => {
    expect(await statesAfter(...messages)).toEqual([state]);
  });
});

test('what cannot be read is parked alone', async () => {
  const broken = { ...found(0), data: Buffer.from('{"type":"drift.found"}') };
  const { drifts, parked } = await after(broken, found(1));
  expect(drifts).toHaveLength(1);
  expect(parked).toEqual(['event.invalid']);
});
