import { expect, test } from 'vitest';
import { idFrom } from './id.ts';

test('the same causes give the same id on every machine and in every year', () => {
  // Computed in Python: SHA-256 of the JSON array, its first 20 bytes in URL-safe base64.
  expect(idFrom('txn', 'sandbox', 'acct-1', 'authorisation', 'auth-1')).toBe(
    'txn_IGw8j9neEpGhNONeCjnj18YDoUY',
  );
});

test('causes are told apart, however they are cut', () => {
  const ids = [
    idFrom('x', 'a', 'b'),
    idFrom('x', 'ab'),
    idFrom('x', 'a,b'),
    idFrom('x', 'b', 'a'),
    idFrom('x', 'a"b'),
  ];
  expect(new Set([...ids, idFrom('x', 1), idFrom('x', '1')]).size).toBe(7);
});
