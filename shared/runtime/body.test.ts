import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PublicError } from '../errors.ts';
import { readBody } from './body.ts';

const schema = z.strictObject({
  name: z.string().max(3),
  hours: z.strictObject({ from: z.string() }).optional(),
});

/** What the sender hears. */
function refused(body: string | Buffer) {
  try {
    readBody(schema, Buffer.from(body as string));
  } catch (error) {
    if (!(error instanceof PublicError)) throw error;
    return `${error.status} ${error.code} ${error.detail}`;
  }
  throw new Error('it was taken');
}

test('a body that is as it should be is taken, in any script', () => {
  expect(readBody(schema, Buffer.from('{"name":"Åse"}'))).toEqual({ name: 'Åse' });
});

describe('a body that is not', () => {
  test.each([
    ['no JSON', '{"name":'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['half a character, which no store takes', '{"name":"\\ud83d"}'],
  ])('because it is %s is a 400', (_, body) => {
    expect(refused(body)).toBe('400 body.not-json Send JSON in UTF-8.');
  });

  test('says where it is wrong, however deep, and all of it at once', () => {
    const heard = refused('{"name":"Anna","hours":{"from":7}}');
    expect(heard).toMatch(/^422 body\.invalid name: .+3.+\. hours\.from: .+string.+\.$/);
  });

  test('as a whole says so of the body', () => {
    expect(refused('7')).toMatch(/^422 body\.invalid The body: /);
  });

  test('because of a field that is not known does not repeat its name: it is what was sent', () => {
    expect(refused('{"name":"Bo","iban of Ann":1}')).toBe(
      '422 body.invalid The body: a field that is not known.',
    );
  });

  test('never repeats what was sent, whatever it was', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12,20}$/), (secret) => {
        for (const body of [{ name: secret }, { [secret]: 1, name: '' }, secret])
          expect(refused(JSON.stringify(body))).not.toContain(secret);
      }),
    );
  });
});
