import { request } from 'node:http';
import { googleAccessToken } from '../google-auth.ts';

export type Tokens = {
  /** For an OAuth scope; on Google's machines one token is for all that the service account may do. */
  token(scope: string): Promise<string>;
  /** Forgets the one that was not taken. */
  drop(): void;
};

// Where Google's own machines tell who they are; the name is only known there.
const METADATA = 'metadata.google.internal';
const ASK_MS = 3000;
// A token is renewed beside the calls while it is still good, so that nobody waits for that.
const RENEW_BEFORE_MS = 5 * 60_000;
const STALE_BEFORE_MS = 10_000;

type Kept = { readonly token: string; readonly untilMs: number };

/**
 * Tokens of the service account that this process runs as: on Cloud Run and GKE from the metadata server, elsewhere as
 * Google's library finds them. Time is measured from when a token came, so that no clock can be wrong.
 */
export function openTokens(variables: NodeJS.ProcessEnv): Tokens {
  const isAtGoogle = Boolean(variables.K_SERVICE) && !variables.GOOGLE_APPLICATION_CREDENTIALS;
  if (!isAtGoogle) return { token: googleAccessToken(), drop: () => {} };
  let kept: Kept | undefined;
  let renewing: Promise<string> | undefined;

  return {
    async token() {
      const leftMs = (kept?.untilMs ?? 0) - performance.now();
      if (kept && leftMs > RENEW_BEFORE_MS) return kept.token;
      const renewed = renew();
      if (!kept || leftMs <= STALE_BEFORE_MS) return renewed;
      renewed.catch(() => {}); // it is tried again by the next call, and this one needs it not
      return kept.token;
    },
    drop() {
      kept = undefined;
    },
  };

  function renew(): Promise<string> {
    renewing ??= ask(variables.GCE_METADATA_HOST ?? METADATA)
      .then((fresh) => {
        kept = fresh;
        return fresh.token;
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }
}

function ask(host: string): Promise<Kept> {
  const askedAt = performance.now();
  return new Promise((resolve, reject) => {
    const asking = request(
      `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`,
      { headers: { 'metadata-flavor': 'Google' }, signal: AbortSignal.timeout(ASK_MS) },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          try {
            if (response.statusCode !== 200) throw new Error(`metadata.status-${response.statusCode}`);
            const { access_token: token, expires_in: seconds } = JSON.parse(Buffer.concat(parts).toString());
            if (typeof token !== 'string' || typeof seconds !== 'number')
              throw new Error('metadata.unreadable');
            resolve({ token, untilMs: askedAt + seconds * 1000 });
          } catch (error) {
            reject(error);
          }
        });
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}
