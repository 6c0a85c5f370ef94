import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { accountFacts } from '../events/bank-facts.ts';
import { accountChanged } from '../events/customers.ts';
import { messageParked } from '../events/dead-letters.ts';
import { draft } from '../events/event.ts';
import { onEvent } from '../runtime/on-event.ts';
import { aFact } from './builders.ts';
import { ALL_FAULTS, aWorld, STORMY } from './world.ts';

const base = { impact: 'None: a test.', config: z.object({}), connect: () => ({}) };
const facts = accountFacts;

/** Counts what it is told, and tells of it. */
const count = onEvent({
  ...base,
  name: 'count-facts',
  on: facts,
  publishes: [accountChanged],
  decide: async (event) => ({
    writes: [{ do: 'increment', path: 'counters/1', by: { facts: 1n } }],
    events: [
      draft(accountChanged, {
        subject: event.id,
        data: { accountId: 'acct-1', status: 'open', opened: true },
      }),
    ],
  }),
});
/** Listens to what the other tells, and to one kind of fact alone. */
const listen = onEvent({
  ...base,
  name: 'listen-to-changes',
  on: [accountChanged],
  publishes: [],
  decide: async () => ({ writes: [{ do: 'increment', path: 'counters/2', by: { changes: 1n } }] }),
});
const closing = onEvent({
  ...base,
  name: 'count-closings',
  on: facts,
  prefix: 'account.closed',
  publishes: [],
  decide: async () => ({ writes: [{ do: 'increment', path: 'counters/3', by: { closings: 1n } }] }),
});

const thirty = Array.from({ length: 30 }, (_, n) =>
  aFact(n % 3 ? 'account.frozen' : 'account.closed', { id: `f${n}` }),
);

describe('a world', () => {
  test('brings what is published to every function that subscribes, by topic and by prefix', async () => {
    const world = aWorld({ functions: [count, listen, closing] });
    await world.deliver('bank-facts', ...thirty);
    expect(world.state()).toEqual({
      'counters/1': { facts: 30n },
      'counters/2': { changes: 30n },
      'counters/3': { closings: 10n },
    });
  });

  test('in a storm crashes, repeats and reorders, and comes to the same end', async () => {
    const world = aWorld({
      functions: [count, listen, closing],
      seed: 5,
      weather: STORMY,
      faults: ALL_FAULTS,
    });
    await world.deliver('bank-facts', ...thirty);
    expect(world.state()).toEqual({
      'counters/1': { facts: 30n },
      'counters/2': { changes: 30n },
      'counters/3': { closings: 10n },
    });
    const counted = world.steps().filter((step) => step.startsWith('count-facts'));
    const inOrder = thirty.map((_, n) => `account.${n % 3 ? 'frozen' : 'closed'} f${n} `);
    expect(counted.length).toBeGreaterThan(30);
    expect(counted.some((step) => step.endsWith(': crashed'))).toBe(true);
    expect(counted.slice(0, 30).every((step, n) => step.includes(inOrder[n] ?? ''))).toBe(false);
  });

  test('gives a message up to the dead letters after its attempts', async () => {
    const fail = onEvent({
      ...base,
      name: 'fail-always',
      on: facts,
      publishes: [],
      async decide() {
        throw new Error('no luck');
      },
    });
    const parked: unknown[] = [];
    const keep = onEvent({
      ...base,
      name: 'keep-parked',
      on: [messageParked],
      publishes: [],
      async decide({ data }) {
        parked.push([data.function, data.reason, data.attempts]);
        return {};
      },
    });
    const world = aWorld({ functions: [fail, keep], weather: { attemptsMax: 4 } });
    await world.deliver('bank-facts', aFact('account.frozen'));
    expect(world.failures.map(({ message }) => message)).toEqual(Array.from({ length: 4 }, () => 'no luck'));
    expect(parked).toEqual([['fail-always', 'delivery.attempts-exhausted', 4]]);
  });

  test('that does not come to rest says so', async () => {
    const echo = onEvent({
      ...base,
      name: 'echo-for-ever',
      on: [accountChanged],
      publishes: [accountChanged],
      decide: async ({ subject, data }) => ({ events: [draft(accountChanged, { subject, data })] }),
    });
    const world = aWorld({ functions: [count, echo] });
    await expect(world.deliver('bank-facts', aFact('account.frozen'))).rejects.toThrow(
      'does not come to rest',
    );
  });
});
