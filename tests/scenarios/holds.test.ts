import { describe, expect, test } from 'vitest';
import matchUnlinked from '../../functions/cards/match-unlinked/function.ts';
import { anAssignment, aScene, told } from './scene.ts';
import { authorised, cleared, expired, incremented, opened } from './words.ts';

describe('a hold that we gave up ourselves', () => {
  const hold = authorised('auth-1', '10000', { at: '02T09:00' });

  test('holds again once we hear that the merchant had raised it, and its term with it', async () => {
    const scene = await told(opened(), hold);
    await scene.passTo('2026-12-02T10:30:00Z');
    expect(await scene.sees()).toMatchObject({ heldMinor: '0', feed: [{ status: 'expired' }] });
    // Raised on the 20th of November: thirty days from then are not over.
    await scene.tell(incremented('inc-1', '5000', { of: 'auth-1', at: '20T09:00' }));
    expect(await scene.sees()).toMatchObject({ heldMinor: '15000', feed: [{ status: 'pending' }] });
  });

  test('and that the bank gives up after us is one expiry, known by the bank’s own id', async () => {
    const scene = await told(opened(), hold);
    await scene.passTo('2026-12-02T10:30:00Z');
    await scene.tell(expired('auth-1', { at: '2026-12-02T12:00:00Z' }));
    const feed = [{ status: 'expired', amountMinor: '10000', bankIds: ['auth-1'] }];
    expect(await scene.sees()).toMatchObject({ heldMinor: '0', feed });
  });
});

describe('a clearing that names no authorisation', () => {
  test('of a coffee leaves a hotel’s deposit alone', async () => {
    const scene = await told(
      opened(),
      authorised('auth-1', '100000', { at: '20T09:00' }),
      cleared('clr-1', '3200', { at: '21T09:00' }),
    );
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-3200', heldMinor: '100000' });
  });

  test('leaves the hold that operators gave back, in whatever order the words about that come', async () => {
    const events = [
      opened(),
      authorised('auth-1', '10000', { at: '20T09:00' }),
      cleared('clr-1', '10000', { at: '21T09:00' }),
    ];
    const scene = await told(...events);
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-10000', heldMinor: '0' });
    await scene.assign(anAssignment({ kind: 'clearing', id: 'clr-1' }, undefined));
    expect(await scene.sees()).toMatchObject({ bookedMinor: '-10000', heldMinor: '10000' });

    const words = scene.world.published.filter(({ event }) => event.type === 'card.entry-matched');
    expect(words).toHaveLength(2);
    const other = await aScene({ without: [matchUnlinked] });
    await other.tell(...events);
    await other.assign(...words.map(({ message }) => message).toReversed());
    expect(await other.sees()).toEqual(await scene.sees());
  });
});
