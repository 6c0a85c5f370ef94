import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Registered } from '../../functions/registry.ts';
import { kind } from '../../shared/events/event.ts';
import { variablesOf } from './declared.ts';
import { booked, changed, opened, serve, sweep, track } from './planted.ts';
import { problemsOf, warningsOf } from './rules.ts';

/** Problems of these functions, with every folder that they should have. */
function problems(...fns: Registered['fn'][]): string[] {
  const entries = fns.map((fn) => ({ room: 'ledger', fn }));
  return problemsOf(
    entries,
    entries.map(({ fn }) => `ledger/${fn.name}`),
  );
}

describe('a wrong registry is refused', () => {
  test('a right one is not', () => {
    expect(problems(track, serve, sweep)).toEqual([]);
  });

  test('two functions of one name', () => {
    expect(problems(sweep, sweep)).toEqual(['sweep-things: this name is registered twice']);
  });

  test('a function without a folder, and a folder without a function', () => {
    expect(problemsOf([{ room: 'ledger', fn: track }], ['ledger/track-other'])).toEqual([
      'ledger/track-thing: functions/ledger/track-thing/function.ts does not exist',
      'functions/ledger/track-other/function.ts is not in functions/registry.ts',
    ]);
  });

  test('a room that the house does not have', () => {
    expect(problemsOf([{ room: 'cellar', fn: track }], ['cellar/track-thing'])).toEqual([
      'track-thing: cellar is not a room; the rooms are bank, ledger, payments, cards, customers, notifications, operations',
    ]);
  });

  test.each(['Track-thing', 'track', 'track-a-thing-that-is-far-too-long', 'track-thing-2'])(
    'the name %s',
    (name) => {
      expect(problems({ ...track, name })).toEqual([
        `${name}: a name is verb-noun in lower case, of 6 to 30 characters`,
      ]);
    },
  );

  test('kinds of two topics in one subscription', () => {
    expect(problems({ ...track, on: [opened, changed] })).toEqual([
      'track-thing: it listens to several topics: bank-facts, customers',
    ]);
  });

  test('a kind that its own prefix filters away', () => {
    expect(problems({ ...track, on: [opened, booked], prefix: 'account.' })).toEqual([
      'track-thing: it listens to transaction.booked, which its prefix account. keeps from it',
    ]);
  });

  test('a filter that Pub/Sub would not take', () => {
    const prefix = 'a'.repeat(227);
    const on = [kind(prefix, 'bank-facts', z.object({}))] as const;
    expect(problems({ ...track, on, prefix: prefix.slice(1) })).toEqual([]);
    expect(problems({ ...track, on, prefix })).toEqual([
      'track-thing: its filter has 257 bytes, and 256 is the most',
    ]);
  });

  test('a route that two functions serve', () => {
    const other = { ...serve, name: 'serve-other', routes: ['GET /v1/things/:thingId'] };
    expect(problems(serve, other)).toEqual(['GET /v1/things/:: this route is served twice']);
  });

  test('a variable of the runtime, and one that is secret in one function alone', () => {
    const config = z.object({ PORT: z.string(), KEY: z.string() });
    const secret = z.object({ KEY: z.string().meta({ secret: true }) });
    expect(problems({ ...track, config }, { ...sweep, config: secret })).toEqual([
      'track-thing: the variable PORT belongs to the runtime',
      'KEY: secret in one function and plain in another',
    ]);
  });

  test('an impact that says nothing', () => {
    expect(problems({ ...track, impact: ' ' })).toEqual([
      'track-thing: impact does not say what a customer loses while it fails',
    ]);
  });
});

test('listening to what nobody publishes is a warning', () => {
  expect(warningsOf([{ room: 'ledger', fn: track }])).toEqual([
    'track-thing listens to account.opened, which nobody publishes',
  ]);
});

test('a variable is secret and optional however its schema is wrapped', () => {
  const config = z.object({
    WRAPPED: z.string().meta({ secret: true }).default('none'),
    PIPED: z
      .string()
      .meta({ secret: true })
      .transform((text) => text.length),
    PLAIN: z.coerce.number().optional(),
  });
  expect(variablesOf({ ...track, config })).toMatchObject([
    { name: 'PIPED', secret: true, required: true },
    { name: 'PLAIN', secret: false, required: false },
    { name: 'WRAPPED', secret: true, required: false },
  ]);
});
