import { expect, test } from 'vitest';
import { utc } from './instant.ts';

test.each([
  ['2026-11-23T10:00:00+01:00', '2026-11-23T09:00:00.000Z'],
  ['2026-11-23T09:00:00Z', '2026-11-23T09:00:00.000Z'],
  ['2026-11-23T00:30:00.5+05:30', '2026-11-22T19:00:00.500Z'],
])('%s is kept as %s, so that texts sort as the instants do', (sent, kept) => {
  expect(utc(sent)).toBe(kept);
});
