import { describe, expect, test } from 'vitest';
import { billOf, dollarsPerMillion, messagesOf, NOTHING, throughput, topicOf } from './bill.ts';

const DOCUMENTS = '/v1/projects/p/databases/(default)/documents';
const call = (path: string, request: object, answer: unknown = {}, status = 200) => ({
  path,
  request,
  answer,
  status,
});
const created = (name: string, ...fields: string[]) => ({
  update: { name, fields: Object.fromEntries(fields.map((field) => [field, { stringValue: 'x' }])) },
});

describe('what is charged for', () => {
  test('reading two documents is two reads, there or not, in one round trip', () => {
    const bill = billOf(call(`${DOCUMENTS}:batchGet`, { documents: ['a/1', 'a/2'] }));
    expect(bill).toEqual({ ...NOTHING, reads: 2, roundTrips: 1 });
  });

  test.each([
    [3, 3],
    [0, 1],
  ])('a query that finds %i documents is %i reads', (found, reads) => {
    const answer = [...Array.from({ length: found }, () => ({ document: {} })), { readTime: 'now' }];
    expect(billOf(call(`${DOCUMENTS}/accounts/a:runQuery`, {}, answer))).toMatchObject({ reads });
  });

  test('a commit of three documents and a delete is three writes and a delete, and one more for what expires', () => {
    const writes = [
      created('inbox/1', 'bytes', 'expiresAt'),
      created('a/1', 'b'),
      created('a/2'),
      { delete: 'a/3' },
    ];
    const bill = billOf(call(`${DOCUMENTS}:commit`, { writes }));
    expect(bill).toEqual({ ...NOTHING, writes: 3, deletes: 2, roundTrips: 1 });
  });

  test('a commit that is refused writes nothing', () => {
    const bill = billOf(call(`${DOCUMENTS}:commit`, { writes: [created('a/1')] }, {}, 409));
    expect(bill).toEqual({ ...NOTHING, roundTrips: 1 });
  });

  test('a call that nobody has a price for is an error', () => {
    expect(() => billOf(call(`${DOCUMENTS}:listen`, {}))).toThrow('listen');
  });

  test('a small message is 1,000 bytes, and a long one as long as it is with its attributes', () => {
    const data = Buffer.from('data');
    const attributes = { type: 'card.cleared' };
    const request = { messages: [{ data: data.toString('base64'), attributes }] };
    expect(topicOf('/v1/projects/p/topics/bank-facts:publish')).toBe('bank-facts');
    expect(messagesOf(request)).toEqual([{ data, attributes }]);
    expect(throughput(messagesOf(request))).toBe(1000);
    expect(throughput([{ data: Buffer.alloc(2000), attributes: { type: 'card' } }])).toBe(2045);
  });

  test('a million times one read, three writes and an expiry cost 3.10 dollars', () => {
    expect(dollarsPerMillion({ ...NOTHING, reads: 1, writes: 3, deletes: 1 })).toBeCloseTo(3.1, 9);
  });
});
