import { expect, test } from 'vitest';
import { z } from 'zod';
import { kind } from '../events/event.ts';
import { functionOfSubscription, subscriptionOf } from './declared.ts';
import { onEvent } from './on-event.ts';

function watching(name: string, topic: 'bank-facts' | 'customers', prefix?: string) {
  const declaration = {
    name,
    on: [kind('thing.happened', topic, z.object({}))] as const,
    publishes: [],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    decide: async () => ({}),
  };
  return subscriptionOf(onEvent(prefix === undefined ? declaration : { ...declaration, prefix }));
}

test('a subscription filters by a prefix of the type, or not at all', () => {
  expect(watching('watch-things', 'bank-facts', 'account.')).toMatchObject({
    topic: 'bank-facts',
    filter: 'hasPrefix(attributes.type, "account.")',
  });
  expect(watching('watch-things', 'bank-facts').filter).toBeUndefined();
});

test('what cannot be changed of a subscription is in its name, so that a change makes a new one', () => {
  const names = [
    watching('watch-things', 'bank-facts'),
    watching('watch-things', 'customers'),
    watching('watch-things', 'bank-facts', 'account.'),
    watching('watch-things', 'bank-facts', 'card.'),
  ].map(({ name }) => name);
  expect(new Set(names).size).toBe(4);
  expect(watching('watch-things', 'bank-facts').name).toBe(names[0]);
});

test('the function of a subscription is known by its name, with or without its project', () => {
  const { name } = watching('watch-things', 'bank-facts');
  expect(functionOfSubscription(name)).toBe('watch-things');
  expect(functionOfSubscription(`projects/demo-counterfoil/subscriptions/${name}`)).toBe('watch-things');
});
