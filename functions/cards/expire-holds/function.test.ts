import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { balanceFrom, balancesOf } from '../../../shared/store/balances.ts';
import type { Fields } from '../../../shared/store/document.ts';
import { aFact, NOW } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import expireHolds from './function.ts';

const DAY_MS = 86_400_000;

/** The holds of `acct-1` after these facts, a tick so many days later, and what came after that. */
async function held(
  facts: readonly Message[],
  { days = 0, ticks = 1, after = [] as readonly Message[] } = {},
) {
  const now = () => new Date(NOW.getTime() + days * DAY_MS);
  const world = aWorld({ functions: [recordTransaction, expireHolds], env: { now } });
  await world.deliver('bank-facts', ...facts);
  for (let n = 1; n <= ticks; n += 1) await world.tick(expireHolds, `tick-${n}`);
  await world.deliver('bank-facts', ...after);
  const { held: minor, booked } = balanceFrom(await world.store.query(balancesOf('acct-1')), 'DKK');
  const [item] = Object.entries(world.state()).flatMap(([path, fields]) =>
    path.includes('/transactions/') ? [fields] : [],
  );
  return {
    world,
    minor,
    booked,
    status: item?.status,
    told: world.events('bank-facts').map(({ type, time }) => `${type} ${time}`),
    parked: world.events('dead-letters').map(({ data }) => (data as { reason: string }).reason),
  };
}

// Until noon on the 25th, two days after NOW.
const authorised = aFact('card.authorisation-created', { expiresAt: '2026-11-25T12:00:00.000Z' });
const expired = aFact('card.authorisation-expired', { time: '2026-11-25T12:03:00.000Z' });

describe('a hold that the bank should have given up', () => {
  test('is given up as of the time that the bank named', async () => {
    const { minor, status, told } = await held([authorised], { days: 3 });
    expect({ minor, status }).toEqual({ minor: 0n, status: 'expired' });
    expect(told).toEqual(['card.authorisation-expired 2026-11-25T12:00:00.000Z']);
  });

  test('is given up once, however often the clock ticks', async () => {
    const { world, told } = await held([authorised], { days: 3, ticks: 3 });
    expect(told).toHaveLength(1);
    expect(world.events('transactions')).toHaveLength(2);
  });

  test('is left to the bank for another hour', async () => {
    // 50 minutes after noon on the 25th, and 70.
    expect((await held([authorised], { days: 2 + 170 / 1440 })).minor).toBe(10_000n);
    expect((await held([authorised], { days: 2 + 190 / 1440 })).minor).toBe(0n);
  });

  test('without a time of its own is given up 30 days after it last grew', async () => {
    const plain = aFact('card.authorisation-created', {});
    const more = aFact('card.authorisation-incremented', {
      time: '2026-12-03T09:00:00.000Z',
      amountMinor: 500n,
    });
    expect((await held([plain], { days: 29 })).minor).toBe(10_000n);
    expect((await held([plain], { days: 31 })).minor).toBe(0n);
    expect((await held([plain, more], { days: 31 })).minor).toBe(10_500n);
    expect((await held([plain, more], { days: 41 })).minor).toBe(0n);
  });

  test('may be given up by the bank as well, before or after: it is one expiry, and no conflict', async () => {
    const first = await held([authorised], { days: 3, after: [expired] });
    const second = await held([authorised, expired], { days: 3 });
    for (const { minor, parked } of [first, second])
      expect({ minor, parked }).toEqual({ minor: 0n, parked: [] });
    expect(second.told).toEqual([]);
    const expiryIn = ({ world }: typeof first) =>
      Object.values(world.state()).flatMap(({ _parts }) => {
        const parts = _parts as Record<string, { occurredAt: string }> | undefined;
        return parts?.['expiry:auth-1']?.occurredAt ?? [];
      });
    // As of the later of the two words, whichever came first.
    expect(expiryIn(first)).toEqual(['2026-11-25T12:03:00.000Z']);
    expect(expiryIn(second)).toEqual(['2026-11-25T12:03:00.000Z']);
  });

  test('may be cleared later all the same', async () => {
    const late = aFact('card.cleared', { authorisationId: 'auth-1', time: '2026-12-01T09:00:00.000Z' });
    const { booked, minor, parked } = await held([authorised], { days: 3, after: [late] });
    expect({ booked, minor, parked }).toEqual({ booked: -10_000n, minor: 0n, parked: [] });
  });
});

test('one hold that nobody can give up holds up no other', async () => {
  const second = aFact('card.authorisation-created', {
    id: 'fact-2',
    authorisationId: 'auth-2',
    expiresAt: '2026-11-25T12:00:00.000Z',
  });
  const now = () => new Date(NOW.getTime() + 3 * DAY_MS);
  const world = aWorld({ functions: [recordTransaction, expireHolds], env: { now } });
  await world.deliver('bank-facts', authorised, second);
  const [read] = await world.store.query({ collection: 'accounts/acct-1/transactions', limit: 1 });
  if (!read?.fields) throw new Error('nothing recorded');
  // As it was written before its card was kept.
  const parts = Object.entries(read.fields._parts as Record<string, Fields>).map(
    ([key, { cardId: _, ...part }]) => [key, part],
  );
  const fields = { ...read.fields, _parts: Object.fromEntries(parts) };
  await world.store.commit([{ do: 'replace', read, fields }]);
  await world.tick(expireHolds, 'tick-1');
  expect(balanceFrom(await world.store.query(balancesOf('acct-1')), 'DKK').held).toBe(10_000n);
});

test('an increment that comes late makes the hold last as long as it would have in time', async () => {
  // Due on the 20th of December, and with 5.00 more of the 30th of November on the 30th.
  const plain = aFact('card.authorisation-created', { time: '2026-11-20T09:00:00.000Z' });
  const more = aFact('card.authorisation-incremented', {
    time: '2026-11-30T09:00:00.000Z',
    amountMinor: 500n,
  });
  const inTime = await held([plain, more], { days: 31 });
  const late = await held([plain], { days: 31, after: [more] });
  expect([inTime.minor, late.minor]).toEqual([10_500n, 10_500n]);
  // The bank's own word is true all the same.
  const told = await held([plain], { days: 31, after: [aFact('card.authorisation-expired'), more] });
  expect(told.minor).toBe(0n);
});

test('a hold of the last days of time is due in no year of five digits', async () => {
  const last = aFact('card.authorisation-created', { time: '9999-12-31T00:00:00.000Z' });
  const { minor, told } = await held([last], { days: 60 });
  expect({ minor, told }).toEqual({ minor: 10_000n, told: [] });
});

test('what holds nothing is never given up', async () => {
  const done = aFact('card.cleared', { authorisationId: 'auth-1', final: true });
  expect((await held([authorised, done], { days: 60 })).told).toEqual([]);
});

test('more than one page of holds are given up in one run', async () => {
  const many = Array.from({ length: 401 }, (_, n) =>
    aFact('card.authorisation-created', { id: `fact-${n}`, authorisationId: `auth-${n}`, amountMinor: 100n }),
  );
  expect((await held(many, { days: 60 })).minor).toBe(0n);
});
