import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PublicError } from '../errors.ts';
import { currencyCode, minorUnits, plainDate } from '../events/event.ts';
import { readBody } from './body.ts';

const schema = z.strictObject({
  name: z.string().max(3),
  hours: z.strictObject({ from: z.string() }).optional(),
});

/** What the sender hears. */
function refused(body: string | Buffer, as: z.ZodType = schema) {
  try {
    readBody(as, Buffer.from(body as string));
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

  test.each([
    ['the body', '{"name":"Bo","urgent":1}', 'The body: a field that is not known, urgent.'],
    ['a part of it', '{"name":"Bo","hours":{"from":"8","to":"9"}}', 'hours: a field that is not known, to.'],
  ])('because of a field that is not known in %s names the field', (_, body, detail) => {
    expect(refused(body)).toBe(`422 body.invalid ${detail}`);
  });

  test('names the field by its first 64 characters alone, and never by half a one', () => {
    expect(refused(`{"name":"Bo","${'x'.repeat(63)}😀y":1}`)).toBe(
      `422 body.invalid The body: a field that is not known, ${'x'.repeat(63)}\ufffd.`,
    );
  });

  test.each([
    ['amountMinor', { amountMinor: '32,00' }, 'a whole number of minor units, as text'],
    ['amountMinor', { amountMinor: 3200 }, 'a whole number of minor units, as text'],
    ['currency', { currency: 'kr' }, 'three capital letters, as in DKK'],
    ['on', { on: '27/11/2026' }, 'a date as in 2026-11-27'],
  ])('says in plain words what %s should be', (field, wrong, words) => {
    const money = z.strictObject({ amountMinor: minorUnits, currency: currencyCode, on: plainDate });
    const right = { amountMinor: '3200', currency: 'DKK', on: '2026-11-27' };
    expect(refused(JSON.stringify({ ...right, ...wrong }), money)).toBe(
      `422 body.invalid ${field}: ${words}.`,
    );
  });

  test('never repeats a value that was sent, whatever it was', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12,20}$/), (secret) => {
        for (const body of [{ name: secret }, { more: secret, name: '' }, secret])
          expect(refused(JSON.stringify(body))).not.toContain(secret);
      }),
    );
  });
});
