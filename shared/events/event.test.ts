import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { aFact, eventIn } from '../testing/builders.ts';
import { instant, minorUnits, parseEnvelope, plainDate, signedMinorUnits } from './event.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('an amount on the wire', () => {
  test('is a text of digits, and in code a bigint', () => {
    expect(minorUnits.parse('3200')).toBe(3_200n);
    expect(z.encode(minorUnits, 3_200n)).toBe('3200');
    expect(signedMinorUnits.parse('-3200')).toBe(-3_200n);
    expect(z.encode(signedMinorUnits, -3_200n)).toBe('-3200');
  });

  test('keeps eighteen digits exactly', () => {
    expect(minorUnits.parse('999999999999999999')).toBe(999_999_999_999_999_999n);
  });

  test.each([
    3200,
    '32.00',
    '32,00',
    '1e3',
    '0x10',
    ' 1',
    '1 ',
    '+1',
    '-1',
    '-0',
    '007',
    '',
    '1000000000000000000',
    '٣',
  ])('is not %j', (value) => {
    expect(accepts(minorUnits, value)).toBe(false);
  });

  test.each(['-0', '--1', '-01', '-'])('with a sign is not %j', (value) => {
    expect(accepts(signedMinorUnits, value)).toBe(false);
  });
});

describe('a time on the wire', () => {
  test.each(['2026-11-23T09:00:00Z', '2026-11-23T09:00:00.123456+01:00', '2028-02-29T23:59:59-11:30'])(
    'is an instant with its offset: %s',
    (text) => {
      expect(accepts(instant, text)).toBe(true);
      expect(Number.isNaN(Date.parse(text))).toBe(false);
    },
  );

  test.each(['2026-11-23', '2026-11-23T09:00:00', '2026-02-29T09:00:00Z', '2026-11-23T24:00:00Z', 'now'])(
    'is not %s',
    (text) => {
      expect(accepts(instant, text)).toBe(false);
    },
  );

  test('of a booking is a plain date that exists', () => {
    expect(accepts(plainDate, '2028-02-29')).toBe(true);
    expect(accepts(plainDate, '2026-02-29')).toBe(false);
    expect(accepts(plainDate, '2026-11-23T00:00:00Z')).toBe(false);
  });
});

describe('an envelope', () => {
  const event = eventIn(aFact('account.opened'));

  test('is read, its data still as on the wire', () => {
    expect(parseEnvelope(event)).toEqual(event);
  });

  test.each(['specversion', 'id', 'source', 'type', 'subject', 'time', 'traceparent'])(
    'needs %s',
    (field) => {
      expect(() => parseEnvelope({ ...event, [field]: undefined })).toThrow(z.ZodError);
    },
  );
});
