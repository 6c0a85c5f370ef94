import { describe, expect, test } from 'vitest';
import { billOf, dollarsPerMillion, messagesOf, NOTHING, throughput, topicOf } from './bill.ts';

// Messages as the protobuf encoding guide and Google's .proto files say: a key is the field's number and its kind.
const text = (number: number, content: string | Buffer) => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([number * 8 + 2, (bytes.length % 128) + 128, bytes.length >> 7]), bytes]);
};
const whole = (...fields: Buffer[]) => Buffer.concat(fields);
const count = (number: number) => Buffer.from([number * 8, 0xac, 0x02]); // 300

const FIRESTORE = '/google.firestore.v1.Firestore';
const call = (path: string, request: Buffer, answers: Buffer[] = [], code = 0) => ({
  ...{ path, requests: [request], answers, code },
});
const created = (name: string, ...fields: string[]) =>
  text(2, text(1, whole(text(1, name), ...fields.map((field) => text(2, text(1, field))))));

describe('what is charged for', () => {
  test('reading two documents is two reads, there or not, in one round trip', () => {
    const request = whole(text(1, 'd'.repeat(300)), text(2, 'a/1'), text(2, 'a/2'), count(9));
    const bill = billOf(call(`${FIRESTORE}/BatchGetDocuments`, request));
    expect(bill).toEqual({ ...NOTHING, reads: 2, roundTrips: 1 });
  });

  test.each([
    [3, 3],
    [0, 1],
  ])('a query that finds %i documents is %i reads', (found, reads) => {
    const answers = [...Array.from({ length: found }, () => whole(text(1, 'document'), count(4))), count(4)];
    expect(billOf(call(`${FIRESTORE}/RunQuery`, text(1, 'q'), answers))).toMatchObject({ reads });
  });

  test('a commit of three documents and a delete is three writes and a delete, and one more for what expires', () => {
    const writes = [created('inbox/1', 'bytes', 'expiresAt'), created('a/1', 'b'), created('a/2')];
    const commit = whole(text(1, 'databases/d'), ...writes, text(2, text(2, 'a/3')));
    const bill = billOf(call(`${FIRESTORE}/Commit`, commit));
    expect(bill).toEqual({ ...NOTHING, writes: 3, deletes: 2, roundTrips: 1 });
  });

  test('a commit that is refused writes nothing', () => {
    const bill = billOf(call(`${FIRESTORE}/Commit`, created('a/1'), [], 6));
    expect(bill).toEqual({ ...NOTHING, roundTrips: 1 });
  });

  test('a call that nobody has a price for is an error', () => {
    expect(() => billOf(call(`${FIRESTORE}/Listen`, text(1, 'x')))).toThrow('Listen');
  });

  test('a small message is 1,000 bytes, and a long one as long as it is with its attributes', () => {
    const attribute = text(2, whole(text(1, 'type'), text(2, 'card.cleared')));
    const request = whole(
      text(1, 'projects/p/topics/bank-facts'),
      text(2, whole(text(1, 'data'), attribute)),
    );
    expect(topicOf(request)).toBe('bank-facts');
    expect(messagesOf(request)).toEqual([
      { data: Buffer.from('data'), attributes: { type: 'card.cleared' } },
    ]);
    expect(throughput(messagesOf(request))).toBe(1000);
    expect(throughput([{ data: Buffer.alloc(2000), attributes: { type: 'card' } }])).toBe(2045);
  });

  test('a million times one read, three writes and an expiry cost 3.10 dollars', () => {
    expect(dollarsPerMillion({ ...NOTHING, reads: 1, writes: 3, deletes: 1 })).toBeCloseTo(3.1, 9);
  });
});
