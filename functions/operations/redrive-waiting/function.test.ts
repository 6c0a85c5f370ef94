import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PermanentError } from '../../../shared/errors.ts';
import { transactionBooked } from '../../../shared/events/bank-facts.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { accountFrom, accountPath } from '../../../shared/store/accounts.ts';
import { aFact } from '../../../shared/testing/builders.ts';
import { ALL_FAULTS, aWorld, STORMY } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import parkDeadLetter from '../park-dead-letter/function.ts';
import redriveWaiting from './function.ts';

/** Counts what is booked on an account, and cannot before there is one. */
const countBookings = onEvent({
  name: 'count-bookings',
  on: [transactionBooked],
  publishes: [],
  impact: 'None: a test.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ data }, { deps }) {
    const account = accountFrom(await readOne(deps, accountPath(data.accountId)));
    if (account?.openedAt === undefined) {
      throw new PermanentError('account.not-found', {}, { waitsFor: accountPath(data.accountId) });
    }
    return { writes: [{ do: 'increment', path: `counts/${data.accountId}`, by: { bookings: 1n } }] };
  },
});

const functions = [trackAccount, countBookings, parkDeadLetter, redriveWaiting];
const booking = (n: number, note = '') => aFact('transaction.booked', { id: `fact-${n}`, remittance: note });
const opened = aFact('account.opened', { resourceVersion: 1 });

describe('what was parked because it came before its account', () => {
  test('is handled once the account opens, and by nobody else again', async () => {
    const world = aWorld({ functions });
    await world.deliver('bank-facts', booking(1), booking(2));
    expect(Object.values(world.state()).map(({ state }) => state)).toEqual(['waiting', 'waiting']);

    await world.deliver('bank-facts', opened);
    expect(world.documents().get('counts/acct-1')).toEqual({ bookings: 2n });
    expect(world.failures).toEqual([]);
  });

  test('waits on while the account is only told of, and not opened', async () => {
    const world = aWorld({ functions });
    await world.deliver('bank-facts', booking(1), aFact('account.frozen', { resourceVersion: 2 }));
    expect(world.events('bank-facts')).toEqual([]);
    await world.deliver('bank-facts', opened);
    expect(world.documents().get('counts/acct-1')).toEqual({ bookings: 1n });
  });

  test('on another account waits on', async () => {
    const world = aWorld({ functions });
    const other = aFact('transaction.booked', { id: 'fact-9', accountId: 'acct-2' });
    await world.deliver('bank-facts', other, booking(1), opened);
    const parked = [...world.documents().values()].filter(({ waitsFor }) => waitsFor !== undefined);
    expect(parked.map(({ waitsFor, state }) => [waitsFor, state]).sort()).toEqual([
      ['accounts/acct-1', 'redriven'],
      ['accounts/acct-2', 'waiting'],
    ]);
  });

  test.each([
    ['450 of them, of which one commit takes 200', 450, ''],
    ['twelve of half a megabyte each, of which one commit takes five', 12, 'x'.repeat(500_000)],
  ])('is handled page by page: %s', async (_, count, note) => {
    const world = aWorld({ functions });
    await world.deliver('bank-facts', ...Array.from({ length: count }, (_, n) => booking(n, note)));
    await world.deliver('bank-facts', opened);
    expect(world.documents().get('counts/acct-1')).toEqual({ bookings: BigInt(count) });
    expect(world.failures).toEqual([]);
    expect(world.steps().filter((step) => step.startsWith('redrive-waiting'))).toHaveLength(3);
  });
});

test('no order of an account and what needs it loses anything, whatever crashes: 300 seeds', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const world = aWorld({ functions, seed, weather: STORMY, faults: ALL_FAULTS });
    const bookings = Array.from({ length: 6 }, (_, n) => booking(n));
    await world.deliver('bank-facts', ...bookings, opened, ...bookings.slice(0, 2));
    expect([seed, world.state()]).toEqual([
      seed,
      expect.objectContaining({ 'counts/acct-1': { bookings: 6n } }),
    ]);
    expect([seed, Object.keys(world.state())]).toEqual([seed, ['accounts/acct-1', 'counts/acct-1']]);
  }
});
