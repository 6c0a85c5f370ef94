import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';

/** What an authenticator and its browser say otherwise than they should. */
type Changes = {
  readonly origin?: string;
  readonly rpId?: string;
  /** Whether it asked for its owner's finger or PIN. */
  readonly isUserVerified?: boolean;
  readonly counter?: number;
  readonly format?: string;
};

const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

/**
 * A phone with one passkey, and its browser on `http://localhost:8400`: real keys and real signatures (ES256), as WebAuthn
 * level 2 has them, written without the library that is to check them.
 */
export function anAuthenticator() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let signed = 0;

  function authenticatorData(changes: Changes, more = 0, rest: readonly Buffer[] = []): Buffer {
    const { rpId = 'localhost', isUserVerified = true, counter = signed } = changes;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const flags = PRESENT | (isUserVerified ? VERIFIED : 0) | more;
    return Buffer.concat([sha256(rpId), Buffer.of(flags), count, ...rest]);
  }

  return {
    id,
    /** The answer of `navigator.credentials.create`, in its JSON, with no attestation unless told otherwise. */
    create({ challenge }: Pick<PublicKeyCredentialCreationOptionsJSON, 'challenge'>, changes: Changes = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = [Buffer.alloc(16), length, credentialId, coseOf(publicKey.export({ format: 'jwk' }))];
      const { format = 'none' } = changes;
      const authData = authenticatorData(changes, ATTESTED, attested);
      const clientData = clientDataOf('webauthn.create', challenge, changes);
      const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey);
      const statement =
        format === 'packed'
          ? new Map<string, Item>([
              ['alg', -7],
              ['sig', signature],
            ])
          : new Map();
      const attestation = new Map<string, Item>([
        ['fmt', format],
        ['attStmt', statement],
        ['authData', authData],
      ]);
      return credential({
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: cbor(attestation).toString('base64url'),
        transports: ['internal'],
      });
    },
    /** The answer of `navigator.credentials.get`, in its JSON. */
    get({ challenge }: Pick<PublicKeyCredentialRequestOptionsJSON, 'challenge'>, changes: Changes = {}) {
      signed += 1;
      const data = authenticatorData(changes);
      const clientData = clientDataOf('webauthn.get', challenge, changes);
      return credential({
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', Buffer.concat([data, sha256(clientData)]), privateKey).toString(
          'base64url',
        ),
      });
    },
  };

  function credential<Response>(response: Response) {
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {}, response };
  }
}

function clientDataOf(
  type: string,
  challenge: string,
  { origin = 'http://localhost:8400' }: Changes,
): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

/** A key on P-256 for ES256, as RFC 9053 writes it. */
function coseOf({ x = '', y = '' }: { readonly x?: string; readonly y?: string }): Buffer {
  return cbor(
    new Map<number, Item>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  );
}

type Item = number | string | Buffer | ReadonlyMap<number | string, Item>;

/** As much of CBOR (RFC 8949) as an authenticator needs. */
function cbor(item: Item): Buffer {
  if (typeof item === 'number') return item >= 0 ? head(0, item) : head(1, -1 - item);
  if (typeof item === 'string') return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
  if (Buffer.isBuffer(item)) return Buffer.concat([head(2, item.length), item]);
  return Buffer.concat([
    head(5, item.size),
    ...[...item].flatMap(([key, value]) => [cbor(key), cbor(value)]),
  ]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length);
  if (length < 256) return Buffer.of((major << 5) | 24, length);
  return Buffer.of((major << 5) | 25, length >> 8, length & 255);
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
