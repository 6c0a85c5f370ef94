import { expect, test } from 'vitest';
import { kinds } from './kinds.ts';

test('each kind has a topic and a type of its own', () => {
  expect(kinds.filter(({ topic, type }) => !topic || !type)).toEqual([]);
  expect(new Set(kinds.map(({ type }) => type)).size).toBe(kinds.length);
});
