import { expect, test } from 'vitest';
import * as z from 'zod';
import { kind } from '../events/event.ts';
import { functionOfSubscription, subscriptionOf, topicsOf } from './declared.ts';
import { onEvent } from './on-event.ts';

function watching(name: string, topic: 'bank-facts' | 'customers', prefix?: string) {
  return subscriptionOf(declared(name, topic, prefix));
}

function declared(name: string, topic: 'bank-facts' | 'customers', prefix?: string) {
  const declaration = {
    name,
    on: [kind('thing.happened', topic, z.object({}))] as const,
    publishes: [kind('thing.noticed', 'notifications', z.object({}))],
    impact: 'None: a test.',
    config: z.object({}),
    connect: () => ({}),
    decide: async () => ({}),
  };
  return onEvent(prefix === undefined ? declaration : { ...declaration, prefix });
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
  // Computed in Python: a name that changed by itself would make every subscription anew.
  expect(names[0]).toBe('watch-things-ad0de445');
  expect(names[2]).toBe('watch-things-ecaee4a3');
});

test('a function has the topics that it listens to and publishes to, and that of what is parked', () => {
  const scheduled = {
    ...declared('sweep-things', 'customers'),
    trigger: 'schedule' as const,
    everyMinutes: 5,
  };
  const sweep = { ...scheduled, start: () => async () => {} };
  expect(topicsOf([declared('watch-things', 'bank-facts'), sweep])).toEqual([
    'bank-facts',
    'dead-letters',
    'notifications',
  ]);
  expect(topicsOf([])).toEqual(['dead-letters']);
});

test('the function of a subscription is known by its name, with or without its project', () => {
  const { name } = watching('watch-things', 'bank-facts');
  expect(functionOfSubscription(name)).toBe('watch-things');
  expect(functionOfSubscription(`projects/demo-counterfoil/subscriptions/${name}`)).toBe('watch-things');
  expect(functionOfSubscription('watch-0badc0de-things-0a1b2c3d')).toBe('watch-0badc0de-things');
});
