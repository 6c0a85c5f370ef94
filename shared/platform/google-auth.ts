import type { GoogleAuth } from 'google-auth-library';

/** Tokens of the service account that this process runs as; the library keeps them and renews them in time. */
export function googleAccessToken(): (scope: string) => Promise<string> {
  const clients = new Map<string, GoogleAuth>();
  return async (scope) => {
    const { GoogleAuth } = await import('google-auth-library');
    const client = clients.get(scope) ?? new GoogleAuth({ scopes: [scope] });
    clients.set(scope, client);
    const token = await client.getAccessToken();
    if (!token) throw new Error('google.no-access-token');
    return token;
  };
}
