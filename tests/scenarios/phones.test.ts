import { afterEach, describe, expect, test, vi } from 'vitest';
import composeNotification from '../../functions/notifications/compose-notification/function.ts';
import forgetDevice from '../../functions/notifications/forget-device/function.ts';
import republishUnpublished from '../../functions/operations/republish-unpublished/function.ts';
import { CODES, type Platform, StoreError } from '../../shared/platform/platform.ts';
import { aBody } from '../../shared/testing/builders.ts';
import { aSceneWithPhones } from './phones.ts';
import { authorised, cleared, incremented, opened, refunded, said } from './words.ts';

afterEach(() => void vi.unstubAllGlobals());

describe('a customer’s phone', () => {
  test('rings once for a purchase, whatever becomes of it', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.tell(opened(), authorised('auth-1', '3200', { at: '23T08:00' }));
    await scene.tell(incremented('inc-1', '800', { of: 'auth-1', at: '23T08:30' }));
    await scene.tell(cleared('clr-1', '3600', { of: 'auth-1', at: '23T09:00', final: true }));
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1, shows: [{}] });
  });

  test('rings for a purchase of an account that we hear of only then', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.tell(authorised('auth-1', '3200'));
    await scene.tell(opened());
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1 });
  });

  test('tells of a purchase what is true by then, however old the word that it is told upon', async () => {
    const scene = await aSceneWithPhones({ without: [composeNotification] });
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.tell(
      opened(),
      authorised('auth-1', '3200', { at: '23T08:00' }),
      cleared('clr-1', '3600', { of: 'auth-1', at: '23T09:00', final: true }),
    );
    const [first] = scene.world.published.filter(({ topic }) => topic === 'transactions');
    if (!first) throw new Error('nothing was told');

    const later = await aSceneWithPhones({ stored: scene.documents() });
    await later.world.deliver('transactions', first.message);
    const [shown] = later.push.phone('token-1').shows;
    expect(`${shown?.title} ${shown?.body}`).toContain('36,00');
  });

  test('rings once for a refund of which the bank says only later what it belongs to', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.tell(opened(), refunded('ref-1', '3000'));
    await scene.tell(refunded('ref-1', '3000', { clearingId: 'clr-1' }));
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1 });
  });

  test('rings once for a freezing that came before the account itself', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.tell(said('account.frozen', { at: '23T09:00', version: 2 }), opened());
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1 });
  });

  test('rings for a new device of hers, though nobody could be told when it was registered', async () => {
    let isDown = false;
    const failing = (own: Platform): Platform => ({
      ...own,
      publish: (topic, messages) =>
        isDown ? Promise.reject(new StoreError(CODES.unavailable)) : own.publish(topic, messages),
    });
    const scene = await aSceneWithPhones({ platform: failing });
    await scene.registers('uid-ann', 'phone', 'token-1');
    isDown = true;
    await expect(scene.registers('uid-ann', 'other-phone', 'token-2')).rejects.toThrow('not registered: 500');
    isDown = false;
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 0 });

    const later = '2026-11-23T10:05:00.000Z';
    await scene.passTo(later);
    await scene.world.tick(republishUnpublished, later);
    expect(scene.push.phone('token-1')).toMatchObject({ arrived: 1 });
    expect(scene.push.phone('token-2')).toMatchObject({ arrived: 0 });
  });

  test('is kept when the push service refuses the token that it had before', async () => {
    const scene = await aSceneWithPhones({ without: [forgetDevice] });
    await scene.registers('uid-ann', 'phone', 'token-1');
    scene.push.answer('token-1', [{ status: 404, errorCode: 'UNREGISTERED' }]);
    await scene.tell(opened(), authorised('auth-1', '3200'));
    await scene.registers('uid-ann', 'phone', 'token-2');
    const refused = scene.world.published.filter(({ event }) => event.type === 'notification.failed');
    expect(refused).toHaveLength(1);

    // That word about the old token comes only now.
    const later = await aSceneWithPhones({ stored: scene.documents() });
    await later.world.deliver('notifications', ...refused.map(({ message }) => message));
    expect(await later.post(aBody(authorised('auth-2', '500')))).toBe(202);
    expect(later.push.phone('token-2')).toMatchObject({ arrived: 1 });
  });

  test('shows nothing of whom it belonged to before', async () => {
    const scene = await aSceneWithPhones();
    await scene.registers('uid-ann', 'phone', 'token-1');
    await scene.registers('uid-bo', 'phone', 'token-1');
    await scene.registers('uid-ann', 'new-phone', 'token-2');
    await scene.tell(opened(), authorised('auth-1', '3200'));
    expect(scene.push.phone('token-1').shows).toEqual([]);
    expect(scene.push.phone('token-2').shows).toHaveLength(1);
  });
});
