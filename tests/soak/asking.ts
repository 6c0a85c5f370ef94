import type { Stack } from '../../local/stack.ts';

type Answer = {
  readonly status: number;
  readonly body: { readonly id?: string; readonly code?: string };
};

const ANSWER_MS = 5000;
const AGAIN_MS = 250;
const TRIES_MAX = 200;

/** The answer that an app has in the end: it asks again, under the same key, until it is answered. */
export async function answered(
  { api }: Stack,
  path: string,
  { idToken, key }: { readonly idToken: string; readonly key: string },
  body: object,
): Promise<Answer> {
  const headers = {
    ...{ 'content-type': 'application/json', authorization: `Bearer ${idToken}` },
    'idempotency-key': key,
  };
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(api + path, { ...request, signal: AbortSignal.timeout(ANSWER_MS) })
      .then(async (response) => ({
        status: response.status,
        body: (await response.json()) as Answer['body'],
      }))
      .catch(() => undefined);
    if (answer && !comesAgain(answer)) return answer;
    await new Promise((wake) => setTimeout(wake, AGAIN_MS));
  }
  throw new Error(`${path} is never answered`);
}

/** What failed, what is being done, and what was ordered before the account was known here. */
function comesAgain({ status, body: { code } }: Answer): boolean {
  return status >= 500 || code === 'idempotency-key.in-flight' || code === 'account.not-found';
}
