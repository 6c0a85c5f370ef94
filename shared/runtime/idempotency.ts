import { createHash } from 'node:crypto';
import { PublicError } from '../errors.ts';
import type { RawRequest } from './declared.ts';

/** The `Idempotency-Key` of a request: 1 to 255 printable characters that the caller chose for it. Throws a `PublicError` 400. */
export function readIdempotencyKey({ headers }: Pick<RawRequest, 'headers'>): string {
  const key = headers['idempotency-key'];
  if (key === undefined)
    throw new PublicError(
      400,
      'idempotency-key.missing',
      'Send an Idempotency-Key header, a new one for each request.',
    );
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new PublicError(
      400,
      'idempotency-key.invalid',
      'An Idempotency-Key is 1 to 255 of ASCII, no spaces.',
    );
  return key;
}

/** Of what a body says, however it is written. What is no JSON is its own bytes. */
export function bodyFingerprint(rawBody: Buffer): string {
  return createHash('sha256').update(sortedText(rawBody)).digest('base64url');
}

function sortedText(rawBody: Buffer): string | Buffer {
  try {
    return JSON.stringify(JSON.parse(rawBody.toString()), (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    });
  } catch {
    return rawBody;
  }
}
