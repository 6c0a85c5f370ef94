import { createHash } from 'node:crypto';

/**
 * An id that follows from its causes: the same causes give the same id on every machine and every try.
 * 160 bits of SHA-256 in URL-safe base64 behind the prefix, as in `txn_4y…`.
 */
export function idFrom(prefix: string, ...causes: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(causes)).digest();
  return `${prefix}_${digest.subarray(0, 20).toString('base64url')}`;
}
