import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { NOW, signedHeaders, WEBHOOK_SECRET } from '../../testing/builders.ts';
import { isStandardWebhookSecret, verifyStandardWebhook } from './signature.ts';

const BODY = Buffer.from('{"events":[]}');
// Computed with Python's hmac module, not by our code.
const SIGNATURE = 'v1,0eGVzXQkYz1a1Xuurz5+utfKAihBnfqvEVYP7R3ZptA=';
const TIMESTAMP = '1795428000'; // NOW

function verified(changes: {
  rawBody?: Buffer;
  signature?: string;
  timestamp?: string;
  id?: string;
  now?: Date;
  secrets?: readonly string[];
}) {
  const { rawBody = BODY, now = NOW, secrets = [WEBHOOK_SECRET], id = 'msg-1' } = changes;
  const { signature = SIGNATURE, timestamp = TIMESTAMP } = changes;
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const signed = verifyStandardWebhook({ headers, rawBody, now, secrets });
  return typeof signed === 'string' ? signed : 'valid';
}

describe('fixed answers', () => {
  test('the example that the specification publishes is valid', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const rawBody = Buffer.from('{"test": 2432232314}');
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
    expect(
      verifyStandardWebhook({ headers, rawBody, now: new Date(1_614_265_330_000), secrets }),
    ).toMatchObject({ at: '2021-02-25T15:02:10.000Z' });
  });

  test.each([
    ['an empty delivery', 'msg-1', BODY, WEBHOOK_SECRET, SIGNATURE],
    [
      'letters beyond ASCII',
      'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      Buffer.from('{"events":[],"note":"Ærø"}'),
      WEBHOOK_SECRET,
      'v1,dEhvp3mQjzH/KUnQr1oDlGxgI5z1wfdCwepBo0vRRYc=',
    ],
    [
      'bytes that are no text at all',
      'msg-1',
      Buffer.from([0xff, 0xfe, 0x00]),
      'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX',
      'v1,4h2G88mK97k7/mF3TEoEikF04Y1dZrHDmNE1/Em23cw=',
    ],
  ])('%s: the signature that Python made is valid', (_, id, rawBody, secret, signature) => {
    expect(verified({ id, rawBody, signature, secrets: [secret] })).toBe('valid');
  });
});

describe('a delivery that somebody changed', () => {
  test('one changed byte of the body, wherever it is, is refused', () => {
    for (let at = 0; at < BODY.length; at += 1) {
      const rawBody = Buffer.from(BODY);
      rawBody[at] = (rawBody[at] ?? 0) ^ 1;
      expect(verified({ rawBody })).toBe('signature.mismatch');
    }
  });

  test('other bytes that decode to the same text are refused: it is the bytes that are signed', () => {
    // Both decode to U+FFFD, and a verifier that decodes first takes one for the other.
    const [signed, other] = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xfe, 0x22])];
    expect(signed.toString()).toBe(other.toString());
    const signature = signedHeaders(signed)['webhook-signature'] ?? '';
    expect(verified({ rawBody: signed, signature })).toBe('valid');
    expect(verified({ rawBody: other, signature })).toBe('signature.mismatch');
  });

  test('another id or another time stamp than was signed is refused', () => {
    expect(verified({ id: 'msg-2' })).toBe('signature.mismatch');
    expect(verified({ timestamp: '1795428001' })).toBe('signature.mismatch');
  });

  test.each([
    ['another version', SIGNATURE.replace('v1,', 'v1a,')],
    ['no version', SIGNATURE.replace('v1,', '')],
    ['the padding left out', SIGNATURE.replace('=', '')],
    ['something after it', `${SIGNATURE}x`],
    ['only its beginning', SIGNATURE.slice(0, 20)],
    ['nothing but the version', 'v1,'],
  ])('a signature with %s is refused', (_, signature) => {
    expect(verified({ signature })).toBe('signature.mismatch');
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'without %s it is refused',
    (missing) => {
      const headers = { ...signedHeaders(BODY), [missing]: undefined };
      const refusal = verifyStandardWebhook({ headers, rawBody: BODY, now: NOW, secrets: [WEBHOOK_SECRET] });
      expect(refusal).toBe('signature.headers-missing');
    },
  );
});

describe('the age of a delivery', () => {
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

  test.each([
    [0, 'valid'],
    [300, 'valid'],
    [-300, 'valid'],
    [301, 'signature.timestamp-stale'],
    [-301, 'signature.timestamp-stale'],
    [86_400, 'signature.timestamp-stale'],
  ])('received %i seconds after it was signed: %s', (seconds, verdict) => {
    expect(verified({ now: at(seconds) })).toBe(verdict);
  });

  test.each([
    '1795428000junk',
    ' 1795428000',
    '1795428000.0',
    '1.795428e9',
    '0x6b04',
    '-1',
    '',
    '01795428000',
    'NaN',
  ])('a time stamp written as %j is refused, whatever it might mean', (timestamp) => {
    expect(verified({ timestamp })).toMatch(/^signature\.(timestamp-invalid|headers-missing)$/);
  });
});

describe('a secret is rotated without a delivery lost', () => {
  const old = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX';
  const signedWith = (secret: string) => signedHeaders(BODY, { secret })['webhook-signature'] ?? '';

  test('while two secrets are live, either will do', () => {
    for (const secret of [old, WEBHOOK_SECRET]) {
      expect(verified({ signature: signedWith(secret), secrets: [old, WEBHOOK_SECRET] })).toBe('valid');
    }
  });

  test('which of them it was is told by a digest of it', () => {
    const keys = [old, WEBHOOK_SECRET].map((secret) => {
      const headers = signedHeaders(BODY, { secret });
      return verifyStandardWebhook({ headers, rawBody: BODY, now: NOW, secrets: [old, WEBHOOK_SECRET] });
    });
    // Computed with Python's hashlib, not by our code.
    expect(keys).toEqual([
      { key: 'key_SCHI54tR7mztsNshLM3-XlYy070', at: NOW.toISOString() },
      { key: 'key_Tvy91XD9OEYsqqjb0-zzGjiZw6E', at: NOW.toISOString() },
    ]);
  });

  test('a delivery that is signed with both is taken by who knows one of them', () => {
    const both = `${signedWith(old)} v1a,something-else ${signedWith(WEBHOOK_SECRET)}`;
    expect(verified({ signature: both, secrets: [WEBHOOK_SECRET] })).toBe('valid');
    expect(verified({ signature: both, secrets: [old] })).toBe('valid');
  });

  test('a retired secret and one that never was ours are refused', () => {
    expect(verified({ signature: signedWith(old) })).toBe('signature.mismatch');
    expect(verified({ secrets: [] })).toBe('signature.mismatch');
  });

  test.each(['', 'whsec_', 'whsec_!!!', 'whsec_c2hvcnQ='])(
    'the secret %j is too short to be one, and signs nothing',
    (secret) => {
      expect(isStandardWebhookSecret(secret)).toBe(false);
      expect(verified({ signature: signedWith(secret), secrets: [secret] })).toBe('signature.mismatch');
    },
  );
});

describe('a secret', () => {
  const ofBytes = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

  test.each([24, 32, 64])('may have %i bytes', (bytes) => {
    expect(isStandardWebhookSecret(ofBytes(bytes))).toBe(true);
  });

  test.each([
    ofBytes(23),
    ofBytes(65),
    ofBytes(32).replace('whsec_', ''),
    `${ofBytes(32)} `,
    `${ofBytes(32)}!`,
  ])('is not %j', (secret) => {
    expect(isStandardWebhookSecret(secret)).toBe(false);
  });
});

describe('the library of the Standard Webhooks authors', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('agrees on what is valid, for any text, id and age', () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    const changes = fc.constantFrom('none', 'body', 'id', 'signature', 'secret');
    const text = fc.string({ unit: 'grapheme', maxLength: 50 });
    const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,30}$/);
    fc.assert(
      fc.property(
        text,
        name,
        fc.integer({ min: -320, max: 320 }),
        changes,
        (body, id, ageSeconds, change) => {
          const at = new Date(NOW.getTime() - ageSeconds * 1000);
          const signature = new Webhook(WEBHOOK_SECRET).sign(id, at, body);
          const headers = {
            'webhook-id': change === 'id' ? `${id}x` : id,
            'webhook-timestamp': String(at.getTime() / 1000),
            'webhook-signature': change === 'signature' ? signature.replace(/.=$/, '') : signature,
          };
          const rawBody = Buffer.from(change === 'body' ? `${body} ` : body);
          const secret = change === 'secret' ? 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX' : WEBHOOK_SECRET;
          const ours = verifyStandardWebhook({ headers, rawBody, now: NOW, secrets: [secret] });
          expect(typeof ours !== 'string').toBe(accepts(secret, rawBody, headers));
        },
      ),
      { numRuns: 500 },
    );
  });

  function accepts(secret: string, body: Buffer, headers: Record<string, string>): boolean {
    try {
      new Webhook(secret).verify(body, headers, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  }
});
