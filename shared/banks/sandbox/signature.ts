import { createHmac, timingSafeEqual } from 'node:crypto';
import { keyName, type Posted, type Signature } from '../bank.ts';

// Source: Standard Webhooks specification 1.0, "Verifying webhook authenticity"; the age limit is our own choice
// within it, both ways.
const AGE_SECONDS_MAX = 300;
// The specification asks for 24 to 64 bytes; an empty secret would let anybody sign.
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;

/** Whether this is a secret as the specification writes them: `whsec_` and 24 to 64 bytes in base64. */
export function isStandardWebhookSecret(secret: string): boolean {
  const { length } = keyOf(secret);
  return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) && length >= KEY_BYTES_MIN && length <= KEY_BYTES_MAX;
}

/**
 * By which secret and when a delivery was signed, or why it is not the bank's. Signed is `id.timestamp.body` with HMAC-SHA256;
 * the header may carry several signatures and we may hold several secrets, so that a secret can be rotated.
 */
export function verifyStandardWebhook({
  headers,
  rawBody,
  now,
  secrets,
}: Pick<Posted, 'headers' | 'rawBody' | 'now' | 'secrets'>): Signature | string {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) return 'signature.headers-missing';
  if (!/^[1-9][0-9]{0,11}$/.test(timestamp)) return 'signature.timestamp-invalid';
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > AGE_SECONDS_MAX)
    return 'signature.timestamp-stale';

  // Several signatures stand in one header, or in several that Node joins with a comma.
  const given = signatures.split(/,? +/).filter((signature) => signature.startsWith('v1,'));
  const signedBy = secrets.filter(isStandardWebhookSecret).filter((each) => {
    const signed = createHmac('sha256', keyOf(each)).update(`${id}.${timestamp}.`, 'latin1').update(rawBody);
    const expected = Buffer.from(`v1,${signed.digest('base64')}`);
    return given.some((signature) => isEqual(Buffer.from(signature), expected));
  });
  const [secret] = signedBy;
  if (secret === undefined) return 'signature.mismatch';
  return { key: keyName(secret), at: new Date(Number(timestamp) * 1000).toISOString() };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
