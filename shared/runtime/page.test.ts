import { describe, expect, test } from 'vitest';
import { PublicError } from '../errors.ts';
import { cursorAfter, readCursor, readLimit } from './page.ts';

const occurredAt = '2026-11-23T09:00:00.000Z';

function heard(ask: () => unknown) {
  try {
    return ask();
  } catch (error) {
    if (error instanceof PublicError) return `${error.status} ${error.code} ${error.detail}`;
    throw error;
  }
}

describe('the length of a page', () => {
  const limit = (query: string) => heard(() => readLimit(new URLSearchParams(query)));

  test.each([
    ['', 20],
    ['limit=1', 1],
    ['limit=100', 100],
    ['limit=007', 7],
  ])('with %j is %i', (query, length) => {
    expect(limit(query)).toBe(length);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=',
    'limit=-1',
    'limit=2.5',
    'limit=1e1',
    'limit=ten',
    'limit= 7',
  ])('is refused as %j', (query) => {
    expect(limit(query)).toBe('400 limit.invalid limit is 1 to 100.');
  });
});

describe('a cursor', () => {
  const read = (given: string) => heard(() => readCursor(new URLSearchParams({ cursor: given }), 'txn'));
  const naming = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

  test('that was handed out goes on after the item that it names', () => {
    expect(read(cursorAfter({ occurredAt, id: 'txn_A-9_z' }))).toEqual([occurredAt, 'txn_A-9_z']);
    expect(read(cursorAfter({ occurredAt, id: `txn_${'a'.repeat(64)}` }))).toEqual([
      occurredAt,
      `txn_${'a'.repeat(64)}`,
    ]);
  });

  test('that is not sent starts at the newest', () => {
    expect(readCursor(new URLSearchParams(''), 'txn')).toBeUndefined();
  });

  test('can be part of an address as it is', () => {
    expect(cursorAfter({ occurredAt, id: 'txn_Aa~?>>>' })).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['another list’s', naming([occurredAt, 'ntf_1'])],
    ['another list’s, whose name begins alike', naming([occurredAt, 'txns_1'])],
    ['one with a path in it', naming([occurredAt, 'txn_1/../x'])],
    ['one with a path between', naming([occurredAt, 'txn_../txn_1'])],
    ['one with a path before it', naming([occurredAt, '../txn_1'])],
    ['one without an id', naming([occurredAt, 'txn_'])],
    ['one with an id too long to be ours', naming([occurredAt, `txn_${'a'.repeat(65)}`])],
    ['one without a time', naming(['yesterday', 'txn_1'])],
    ['one with more in it', naming([occurredAt, 'txn_1', 1])],
  ])('that is %s is refused', (_, given) => {
    expect(read(given)).toBe('400 cursor.invalid Send nextCursor as it was received.');
  });
});
