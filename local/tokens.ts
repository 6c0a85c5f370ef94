import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export type PushTokens = {
  readonly variables: Readonly<Record<string, string>>;
  /** A token as Google signs them for push subscriptions and schedules. */
  tokenFor(audience: string): Promise<string>;
  stop(): Promise<void>;
};

const EMAIL = 'push@demo-counterfoil.iam.gserviceaccount.com';

/** Signs what calls our functions, with a key made at each start, and publishes it as Google publishes theirs. */
export async function startPushTokens(port: number): Promise<PushTokens> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'local', alg: 'RS256', use: 'sig' }],
  });
  const issuer = `http://127.0.0.1:${port}`;
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(keys),
  );
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  const made = new Map<string, { token: string; until: number }>();

  return {
    variables: { PUSH_TOKEN_ISSUER: issuer, PUSH_TOKEN_EMAIL: EMAIL, PUSH_TOKEN_KEYS_URL: `${issuer}/keys` },
    async tokenFor(audience) {
      const known = made.get(audience);
      if (known && known.until > Date.now()) return known.token;
      const token = await new SignJWT({ email: EMAIL, email_verified: true })
        .setProtectedHeader({ alg: 'RS256', kid: 'local' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      made.set(audience, { token, until: Date.now() + 30 * 60_000 });
      return token;
    },
    stop: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  };
}
