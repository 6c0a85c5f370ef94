import { expect, test } from 'vitest';
import { missing, worse } from './judge.ts';

const errors = {
  name: 'errors',
  words: 'failed',
  bad: { metric: 'calls' },
  all: { metric: 'calls' },
  margin: 0.01,
  least: 3,
};

test.each([
  [{ bad: 0, all: 0 }, { bad: 0, all: 50 }, undefined],
  [{ bad: 0, all: 1000 }, { bad: 2, all: 2 }, undefined], // two may be chance
  [{ bad: 0, all: 1000 }, { bad: 3, all: 50 }, 'errors: 3 of 50 failed, before it were 0 of 1,000'],
  [{ bad: 0, all: 1000 }, { bad: 3, all: 300 }, undefined], // one in a hundred, exactly
  [{ bad: 10, all: 1000 }, { bad: 9, all: 300 }, undefined], // three in a hundred, where twice and one more are allowed
  [{ bad: 10, all: 1000 }, { bad: 10, all: 300 }, 'errors: 10 of 300 failed, before it were 10 of 1,000'],
])('with %j before, %j is worse: %s', (before, now, why) => {
  expect(worse(errors, before, now)?.why).toBe(why);
});

test('of what must not happen at all, twice the share of before is allowed and nothing on top', () => {
  const parked = { ...errors, margin: 0, least: 2 };
  expect(worse(parked, { bad: 0, all: 9000 }, { bad: 1, all: 100 })).toBeUndefined();
  expect(worse(parked, { bad: 0, all: 9000 }, { bad: 2, all: 9000 })).toMatchObject({ is: 'worse' });
});

test.each([
  ['no call of it at all', { percent: 5, candidate: 0, serving: 10 }, 'no call of it was counted'],
  ['its own calls, where few others come', { percent: 5, candidate: 4, serving: 100 }, undefined],
  [
    'its own calls alone, where seven were to come',
    { percent: 5, candidate: 4, serving: 140 },
    '0 calls that came to it',
  ],
  ['one call, where seven were to come', { percent: 5, candidate: 5, serving: 140 }, undefined],
  [
    'fewer than half of twenty',
    { percent: 25, candidate: 13, serving: 71 },
    '9 calls that came to it were counted, and 20',
  ],
  ['half of twenty', { percent: 25, candidate: 14, serving: 70 }, undefined],
])('where %s is counted: %j, %s', (_, step, why) => {
  const verdict = missing({ own: 4, before: 0, ...step });
  if (why === undefined) expect(verdict).toBeUndefined();
  else expect(verdict).toMatchObject({ is: 'unknown', why: expect.stringContaining(why) });
});

test('with all of the traffic a quarter of the calls of the step before must be counted', () => {
  const all = { percent: 100, serving: 0, own: 4, before: 100 };
  expect(missing({ ...all, candidate: 29 })).toBeUndefined();
  expect(missing({ ...all, candidate: 28 })).toMatchObject({ is: 'unknown' });
});
