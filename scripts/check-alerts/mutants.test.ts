import { expect, test } from 'vitest';
import { mutantsOf } from './mutants.ts';

const expr = `sum(a{x="1",y=~"2"}[5m]) / 5 > 0.1
and
sum(a{x="1"}[5m] offset 1w) >= 10`;

test('each threshold, comparison, window, matcher, operator and pause is changed by itself', () => {
  expect(mutantsOf([{ expr, for: '10m' }]).map(({ change }) => change)).toEqual([
    '> 0.1 -> >= 0.1',
    '> 0.1 -> > 0.09',
    '> 0.1 -> > 0.11',
    '>= 10 -> > 10',
    '>= 10 -> >= 9',
    '>= 10 -> >= 11',
    '[5m -> [150s',
    '[5m -> [600s',
    'offset 1w -> offset 302400s',
    'offset 1w -> offset 1209600s',
    'x="1" -> nothing',
    'y=~"2" -> nothing',
    'and (1) -> or',
    'for 10m -> 300s',
    'for 10m -> 1200s',
  ]);
});

test('and what is left can be read', () => {
  const changed = mutantsOf([{ expr }]).map(({ rules }) => rules[0]?.expr.split('\n').join(' '));
  expect(changed).toContain('sum(a{y=~"2"}[5m]) / 5 > 0.1 and sum(a[5m] offset 1w) >= 10');
  expect(changed).toContain('sum(a{x="1"}[5m]) / 5 > 0.1 and sum(a{x="1"}[5m] offset 1w) >= 10');
  expect(changed).toContain('sum(a{x="1",y=~"2"}[5m]) / 5 > 0.1 or sum(a{x="1"}[5m] offset 1w) >= 10');
});

test('what several rules have in common is changed in all of them', () => {
  const rules = [{ expr: 'a[5m] > 1' }, { expr: 'b[5m] > 2' }];
  const [half] = mutantsOf(rules).filter(({ change }) => change === '[5m -> [150s');
  expect(half?.rules).toEqual([{ expr: 'a[150s] > 1' }, { expr: 'b[150s] > 2' }]);
});
