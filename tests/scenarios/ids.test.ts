import { afterEach, expect, test, vi } from 'vitest';
import { life } from './life.ts';
import { aSceneWithPhones } from './phones.ts';
import { authorised, cleared } from './words.ts';

afterEach(() => void vi.unstubAllGlobals());

test('one id is one event, whichever function tells it: whoever looks it up finds one thing', async () => {
  const scene = await aSceneWithPhones();
  await scene.registers('uid-ann', 'phone', 'token-1');
  // Of the last, the ledger tells one thing and the matching another.
  const unlinked = [authorised('auth-9', '900', { at: '22T13:00' }), cleared('clr-9', '900')];
  await scene.tell(...life, ...unlinked);
  const told = new Map<string, Set<string>>();
  for (const { topic, event } of scene.world.published) {
    const { id, source, type, subject } = event;
    told.set(id, (told.get(id) ?? new Set()).add([topic, source, type, subject].join(' ')));
  }
  expect(told.size).toBeGreaterThan(20);
  expect([...told.values()].filter((things) => things.size > 1)).toEqual([]);
});
