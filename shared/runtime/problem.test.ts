import { expect, test } from 'vitest';
import { PublicError } from '../errors.ts';
import { DETAILS } from './details.ts';
import { problem } from './problem.ts';

test.each(Object.entries(DETAILS))('a refusal by %s says so in a sentence for people', (code, detail) => {
  expect(problem(new PublicError(422, code)).body).toMatchObject({ code, detail });
  expect(detail).toMatch(/^[A-Z].+\.$/);
});

test('a refusal that has words of its own keeps them', () => {
  const refused = new PublicError(404, 'account.not-found', 'Ask the bank.');
  expect(problem(refused).body).toMatchObject({ detail: 'Ask the bank.' });
});

test.each(['internal', 'constructor'])('there is nothing to read of %s', (code) => {
  expect(problem(new PublicError(500, code)).body).toMatchObject({ detail: undefined });
});
