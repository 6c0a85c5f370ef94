import type { JWTPayload } from 'jose';
import { PublicError } from '../errors.ts';
import type { Caller } from './env.ts';

// Source: https://firebase.google.com/docs/auth/admin/verify-id-tokens (verification by a third-party library)
const FIREBASE_KEYS =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';

export type Identify = (authorization: string | undefined) => Promise<Caller>;

/**
 * Reads who calls from a Firebase ID token: signed by the published keys, for this project, not
 * expired. Unsigned tokens are those of the Auth emulator, and pass only while one is configured.
 */
export function firebaseIdentity({
  projectId,
  emulator,
  keysUrl = FIREBASE_KEYS,
}: {
  projectId: string;
  emulator: boolean;
  keysUrl?: string | undefined;
}): Identify {
  const claims = { issuer: `https://securetoken.google.com/${projectId}`, audience: projectId };
  const keys = cachedKeys(keysUrl);

  return async (authorization) => {
    const [, token] = /^Bearer ([^\s]+)$/i.exec(authorization ?? '') ?? [];
    if (!token)
      throw unauthorised('token.missing', 'Send a Firebase ID token: Authorization: Bearer <token>.');
    const claimed = await claimsOf(token).catch((error: unknown) => {
      if (isOutage(error)) throw error;
      throw unauthorised(
        'token.invalid',
        'The token is not valid for this project, or has expired. Sign in again.',
      );
    });
    const uid = uidIn(claimed);
    if (uid) return { uid, isOperator: claimed.role === 'operator', authenticatedAt: signInOf(claimed) };
    throw unauthorised('token.invalid', 'The token names nobody.');
  };

  async function claimsOf(token: string): Promise<JWTPayload> {
    const jose = await import('jose');
    // Beside an emulator nobody holds Google's keys, so a signed token can only be a bent one.
    if (emulator) {
      return jose.UnsecuredJWT.decode(token, { ...claims, requiredClaims: ['exp', 'sub'] }).payload;
    }
    const options = { ...claims, algorithms: ['RS256'], requiredClaims: ['exp', 'sub'] };
    return (await jose.jwtVerify(token, await keys(), options)).payload;
  }
}

// Firebase asks for both times to be past; clocks may differ a little.
const SKEW_SECONDS = 60;

function uidIn({ sub, iat, auth_time: signedInAt }: JWTPayload): string | undefined {
  const latest = Date.now() / 1000 + SKEW_SECONDS;
  const times = [iat, signedInAt].filter((time) => time !== undefined);
  if (!times.every((time) => typeof time === 'number' && time <= latest)) return undefined;
  return typeof sub === 'string' && sub.length <= 128 && sub.isWellFormed() ? sub : undefined;
}

function signInOf({ auth_time: seconds }: JWTPayload): Date | undefined {
  return typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
}

export type PushIdentity = { audience: string; issuer: string; email: string; keysUrl: string };

/** Refuses what is not from our own subscription or schedule: an OIDC token of this service account. */
export function pushIdentity({
  audience,
  issuer,
  email,
  keysUrl,
}: PushIdentity): (authorization?: string) => Promise<void> {
  const keys = cachedKeys(keysUrl);
  return async (authorization) => {
    const [, token = ''] = /^Bearer ([^\s]+)$/i.exec(authorization ?? '') ?? [];
    const jose = await import('jose');
    const options = { audience, issuer, algorithms: ['RS256'], requiredClaims: ['exp'] };
    const { payload } = await jose.jwtVerify(token, await keys(), options).catch((error: unknown) => {
      if (isOutage(error)) throw error;
      throw unauthorised('push-token.invalid');
    });
    if (payload.email !== email || payload.email_verified !== true) throw unauthorised('push-token.invalid');
  };
}

function cachedKeys(url: string) {
  let keys: ReturnType<typeof import('jose')['createRemoteJWKSet']> | undefined;
  return async () => {
    keys ??= (await import('jose')).createRemoteJWKSet(new URL(url));
    return keys;
  };
}

// No answer in time, an answer that is no key set, and any status but 200.
const OUTAGES: ReadonlySet<unknown> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/** Keys that cannot be fetched are our trouble, not the caller's: tried again, never a 401. */
function isOutage(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return OUTAGES.has(code) || !String(code).startsWith('ERR_J');
}

function unauthorised(code: string, detail?: string): PublicError {
  return new PublicError(401, code, detail, { 'www-authenticate': 'Bearer' });
}
