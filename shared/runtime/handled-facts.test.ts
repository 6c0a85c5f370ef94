import { expect, test } from 'vitest';
import { registry } from '../../functions/registry.ts';
import { bankFacts } from '../events/bank-facts.ts';
import { memoryCloud } from '../platform/memory.ts';
import { inboxPath } from '../store/inbox.ts';
import { keeperOf, unhandled } from './handled-facts.ts';

test.each(bankFacts)('$type is kept by a function that listens to it', ({ type }) => {
  const keeper = registry.find(({ fn }) => fn.name === keeperOf(type))?.fn;
  const heard = keeper?.trigger === 'event' ? keeper.on.map((kind) => kind.type) : [];
  expect(heard).toContain(type);
});

test('a fact is handled where its keeper’s inbox has it, among as many as there are', async () => {
  const platform = memoryCloud().instance();
  const facts = Array.from({ length: 700 }, (_, n) => ({ type: 'transaction.booked', id: `fact-${n}` }));
  const handled = facts.filter((_, n) => n % 7 !== 0);
  for (let n = 0; n < handled.length; n += 500)
    await platform.commit(
      handled.slice(n, n + 500).map(({ id }) => ({
        do: 'create',
        path: inboxPath('record-transaction', id),
        fields: { attempt: 'a' },
      })),
    );
  expect(await unhandled(platform, facts)).toEqual(facts.filter((_, n) => n % 7 === 0));
});
