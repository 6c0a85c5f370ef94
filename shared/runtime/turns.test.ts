import { expect, test } from 'vitest';
import { takeTurns } from './turns.ts';

const later = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

test('who wants one thing gets it one after the other, in the order of asking', async () => {
  const { take: inTurn } = takeTurns();
  const seen: string[] = [];
  const act = (name: string, milliseconds: number) => async () => {
    seen.push(`${name} begins`);
    await later(milliseconds);
    seen.push(`${name} ends`);
  };
  await Promise.all([
    inTurn('a', act('first', 5)),
    inTurn('a', act('second', 0)),
    inTurn('a', act('third', 1)),
  ]);
  expect(seen).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('who asks while others wait goes behind them, also once the first of them is done', async () => {
  const { take } = takeTurns();
  const seen: string[] = [];
  const first = take('a', async () => void seen.push('first'));
  const second = take('a', async () => {
    await later(5);
    seen.push('second');
  });
  await first;
  await Promise.all([second, take('a', async () => void seen.push('third'))]);
  expect(seen).toEqual(['first', 'second', 'third']);
});

test('who wants another thing does not wait', async () => {
  const { take: inTurn } = takeTurns();
  const slow = inTurn('a', () => later(20));
  expect(await inTurn('b', async () => 'at once')).toBe('at once');
  await slow;
});

test('one that fails fails alone', async () => {
  const { take: inTurn } = takeTurns();
  const failing = inTurn('a', async () => {
    throw new Error('no');
  });
  const next = inTurn('a', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

test('a thing is wanted as long as anybody has it or waits for it', async () => {
  const turns = takeTurns();
  expect(turns.wanting('a')).toBe(0);
  const both = [turns.take('a', () => later(1)), turns.take('a', () => later(1))];
  expect(turns.wanting('a')).toBe(2);
  await Promise.all(both);
  expect(turns.wanting('a')).toBe(0);
});
