import { expect, test } from 'vitest';
import recordTransaction from '../../functions/ledger/record-transaction/function.ts';
import { beginning, runRebuild } from '../../operate/rebuild/run.ts';
import type { Fields } from '../../shared/store/document.ts';
import { END, life } from './life.ts';
import { aScene, leftOut, told } from './scene.ts';
import { authorised, incremented, opened } from './words.ts';

test('after a release that reckons holds otherwise, a balance still is the sum of its transactions', async () => {
  const before = await told(opened(), authorised('auth-1', '10000', { at: '23T08:00' }));
  // An older release held back 5.00 more of each purchase, and moved the balance by that.
  const HELD = { DKK: { booked: 0n, held: 10_500n } };
  const stored = new Map(
    [...before.documents()].map(([path, fields]): [string, Fields] => {
      if (path.includes('/transactions/')) return [path, { ...fields, _totals: HELD }];
      if (path === 'accounts/acct-1/balances/0') return [path, { ...fields, ...HELD }];
      return [path, fields];
    }),
  );
  const after = await aScene({ stored: leftOut(leftOut(stored, 'inbox/'), 'deliveries/') });
  await after.tell(incremented('inc-1', '5000', { of: 'auth-1', at: '23T09:00' }));
  // 100.00 + 50.00, and no trace of the 5.00.
  expect(await after.sees()).toMatchObject({ heldMinor: '15000', feed: [{ amountMinor: '15000' }] });
});

test('what is rebuilt from the archive comes to the same, and nobody is told of it again', async () => {
  const before = await told(...life);
  // The transactions of a customer who is there are gone, and so is what they came to.
  const lost = [...before.documents()].filter(
    ([path]) => !/^accounts\/.+\/(transactions|balances)\//.test(path),
  );
  const after = await aScene({ stored: new Map(lost) });
  const begin = await beginning(after.store, recordTransaction, { restart: true });
  const stop = { requested: false };
  const end = await runRebuild(after.store, recordTransaction, begin, {
    stop,
    onPage() {},
    async sleep() {},
  });
  expect(end).toMatchObject({ state: 'done', failed: {} });

  // What is only listed as pending is another function's to record.
  const feed = (await before.sees()).feed.filter(({ description }) => description !== 'Tog');
  expect(await after.sees()).toMatchObject({ bookedMinor: END.bookedMinor, feed });
  expect(after.world.published).toEqual([]);
});
