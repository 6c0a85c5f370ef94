import { describe, expect, test } from 'vitest';
import type { Write } from '../store/document.ts';
import { type Faults, memoryCloud } from './memory.ts';

// What it has in common with Firestore and Pub/Sub is in the contract that all platforms keep; here is what only
// it can do: fail as networks and machines do, and repeat that from a seed.

const create: Write = { do: 'create', path: 'a/1', fields: { n: 1n } };
const message = { data: Buffer.from('x'), attributes: {} };

async function committed(faults: Faults) {
  const cloud = memoryCloud({ faults });
  const process = cloud.instance();
  const answer = await process.commit([create]).then(
    () => 'committed',
    (error: Error) => error.message,
  );
  return { answer, cloud, process, isThere: cloud.documents().has('a/1') };
}

describe('a fault', () => {
  test.each<[keyof Faults, string, boolean]>([
    ['crashBefore', 'crashed', false],
    ['crashAfter', 'crashed', true],
    ['lostAnswer', 'store.code-14', true],
    ['clientRetry', 'store.code-6', true],
    ['unavailable', 'store.code-14', false],
    ['conflict', 'store.code-10', false],
  ])('%s: the caller hears "%s", and the commit took effect: %s', async (fault, heard, tookEffect) => {
    const { answer, isThere } = await committed({ [fault]: 1 });
    expect({ answer, isThere }).toEqual({ answer: heard, isThere: tookEffect });
  });

  test('that is a crash ends all later calls of its process, and no other process', async () => {
    const cloud = memoryCloud({ faults: { crashAfter: 0.5 }, seed: 3 });
    const [dying, living] = [cloud.instance(), cloud.instance()];
    let n = 0;
    while (
      await dying.publish('customers', [message]).then(
        () => true,
        () => false,
      )
    )
      n += 1;
    await expect(dying.get(['a/1'])).rejects.toThrow('crashed');
    expect(n).toBeLessThan(50);
    expect(await living.get(['a/1'])).toMatchObject([{ fields: undefined }]);
  });
});

test('one seed is one course of events', async () => {
  const course = async (seed: number) => {
    const cloud = memoryCloud({ seed, faults: { unavailable: 0.3, lostAnswer: 0.3 } });
    const answers: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const commit = cloud.instance().commit([{ ...create, path: `a/${n}` }]);
      await commit.then(
        () => answers.push('committed'),
        (error: Error) => answers.push(error.message),
      );
    }
    return [...answers, ...cloud.documents().keys(), cloud.random(1000)];
  };
  expect(await course(1)).toEqual(await course(1));
  expect(await course(1)).not.toEqual(await course(2));
});
