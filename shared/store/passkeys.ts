import * as z from 'zod';
import type { Challenge } from '../domain/authorisation.ts';
import { idFrom } from '../events/id.ts';
import { defined, path, type Stored, type Write, write } from './document.ts';

/** A key pair on a customer's phone or security key, of which we have the public half. */
export type Passkey = {
  readonly id: string;
  /** The authenticator's own name of it, base64url and up to 1,023 bytes long. */
  readonly credentialId: string;
  /** COSE (RFC 9052), as the authenticator made it. */
  readonly publicKey: Uint8Array;
  /** How often it has signed; one that is synchronised between phones always says 0. */
  readonly counter: bigint;
  /** How a browser reaches it, as in `internal`. */
  readonly transports: readonly string[];
  /** What its owner calls it. */
  readonly name: string;
  readonly createdAt: string;
};

export const PASSKEYS_MAX = 10;

const stored = z.object({
  passkeys: z.record(
    z.string(),
    z.object({
      id: z.string(),
      name: z.string(),
      createdAt: z.string(),
      transports: z.array(z.string()),
      _credentialId: z.string(),
      _publicKey: z.instanceof(Uint8Array),
      _counter: z.bigint(),
    }),
  ),
  _registration: z.object({ nonce: z.string(), expiresAt: z.string() }).optional(),
});

/** Short enough for a path, which a credential's id need not be. */
export function passkeyIdOf(credentialId: string): string {
  return idFrom('pky', credentialId);
}

/**
 * All of a customer's passkeys and the registration that is under way: one document, so that of two registrations at
 * once not both can be the first, of two uses of one passkey not both count as the same, and the last is not removed twice.
 */
export function passkeysPath(customerId: string): string {
  return path('customers', customerId, 'passkeys', 'all');
}

/** The oldest first. */
export function passkeysFrom({ fields }: Stored): Passkey[] {
  if (!fields) return [];
  return Object.values(stored.parse(fields).passkeys)
    .map(({ _credentialId: credentialId, _publicKey: publicKey, _counter: counter, ...plain }) => ({
      ...plain,
      ...{ credentialId, publicKey, counter },
    }))
    .sort((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
}

/** What a passkey that is being registered has to sign; one at a time. */
export function registrationFrom({ fields }: Stored): Challenge | undefined {
  return fields && stored.parse(fields)._registration;
}

export function writePasskeys(
  read: Stored,
  passkeys: readonly Passkey[],
  registration: Challenge | undefined,
): Write {
  const entries = passkeys.map(({ credentialId, publicKey, counter, ...plain }) => [
    plain.id,
    { ...plain, _credentialId: credentialId, _publicKey: publicKey, _counter: counter },
  ]);
  const fields = { schema: 1n, passkeys: Object.fromEntries(entries), _registration: registration };
  return write(read, defined(fields));
}

/** The customer's passkeys, of which this one is now as it is here: it has signed. */
export function writeUsed(read: Stored, used: Passkey): Write {
  const passkeys = passkeysFrom(read).map((each) => (each.id === used.id ? used : each));
  return writePasskeys(read, passkeys, registrationFrom(read));
}
