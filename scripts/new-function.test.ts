import { expect, test } from 'vitest';
import { withFunction } from './new-function/registered.ts';

const SOURCE = `import trackAccount from './ledger/track-account/function.ts';

export const registry: readonly Registered[] = [
  { room: 'ledger', fn: trackAccount },
  { room: 'operations', fn: parkDeadLetter },
];
`;

test('a new function is registered behind those of its room', () => {
  expect(
    withFunction(SOURCE, { room: 'ledger', name: 'expire-holds' }),
  ).toBe(`import expireHolds from './ledger/expire-holds/function.ts';
import trackAccount from './ledger/track-account/function.ts';

export const registry: readonly Registered[] = [
  { room: 'ledger', fn: trackAccount },
  { room: 'ledger', fn: expireHolds },
  { room: 'operations', fn: parkDeadLetter },
];
`);
});

test('rooms stand in the order of the house, also one that was empty', () => {
  const entries = withFunction(SOURCE, { room: 'cards', name: 'track-card' }).match(/^ {2}\{ .*$/gm);
  expect(entries).toEqual([
    "  { room: 'ledger', fn: trackAccount },",
    "  { room: 'cards', fn: trackCard },",
    "  { room: 'operations', fn: parkDeadLetter },",
  ]);
});

test('a registry that is written in another way is not guessed at', () => {
  expect(() => withFunction('export const registry = [];', { room: 'cards', name: 'track-card' })).toThrow(
    'functions/registry.ts has no line as in { room, fn }',
  );
});
