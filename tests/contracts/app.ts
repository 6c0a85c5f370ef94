import { inject } from 'vitest';

/** Whoever asks Firestore itself: with a Firebase ID token of these claims, or with none. */
export type Claims = { readonly sub: string; readonly role?: string } | undefined;

/**
 * An app's Firestore, over REST: each call answers its HTTP status, 403 where the rules refuse. The emulator takes a token that
 * nobody signed and asks the rules as for any client, so Firebase's client and its library for rules would try no more.
 */
export function openApp(projectId: string, claims: Claims) {
  const host = inject('emulators').FIRESTORE_EMULATOR_HOST;
  const name = `projects/${projectId}/databases/(default)/documents`;
  const bearer = claims && { authorization: `Bearer ${unsigned(projectId, claims)}` };

  async function ask(method: string, path: string, body?: object): Promise<number> {
    const headers = { 'content-type': 'application/json', ...bearer };
    const response = await fetch(`http://${host}/v1/${name}${path}`, {
      ...{ method, headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  return {
    get: (path: string) => ask('GET', `/${path}`),
    /** The documents of a collection, or of all of that name; those alone of which this is true. */
    list(collection: string, { everywhere = false, where }: { everywhere?: boolean; where?: Where } = {}) {
      const at = collection.lastIndexOf('/');
      const parent = everywhere || at < 0 ? '' : `/${collection.slice(0, at)}`;
      const from = [{ collectionId: collection.slice(at + 1), allDescendants: everywhere }];
      const [fieldPath, op, stringValue] = where ?? [];
      const filter = where && {
        where: { fieldFilter: { field: { fieldPath }, op, value: { stringValue } } },
      };
      return ask('POST', `${parent}:runQuery`, { structuredQuery: { from, ...filter } });
    },
    create: (path: string) => ask('PATCH', `/${path}?currentDocument.exists=false`, { fields: NEWS }),
    update: (path: string) =>
      ask('PATCH', `/${path}?currentDocument.exists=true&updateMask.fieldPaths=news`, { fields: NEWS }),
    delete: (path: string) => ask('DELETE', `/${path}`),
  };
}

export type Where = readonly [field: string, operator: 'EQUAL' | 'ARRAY_CONTAINS', value: string];

const NEWS = { news: { stringValue: 'from an app' } };

function unsigned(projectId: string, claims: NonNullable<Claims>): string {
  const now = Math.floor(Date.now() / 1000);
  const whole = {
    ...{ iss: `https://securetoken.google.com/${projectId}`, aud: projectId, user_id: claims.sub },
    ...{
      auth_time: now,
      iat: now,
      exp: now + 3600,
      firebase: { sign_in_provider: 'password', identities: {} },
    },
    ...claims,
  };
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(whole)}.`;
}
