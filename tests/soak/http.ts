const AT_ONCE = 8;

/** The answer of a request that must succeed. */
export async function send(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const all = { 'content-type': 'application/json', ...headers };
  const response = await fetch(url, { method, headers: all, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${new URL(url).pathname} was answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

export async function get<T>(url: string, idToken?: string): Promise<T> {
  const headers = new Headers(idToken === undefined ? {} : { authorization: `Bearer ${idToken}` });
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url} was answered ${response.status}`);
  return (await response.json()) as T;
}

/** Does it for each, several at once. */
export async function each<T>(things: readonly T[], act: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things];
  const worker = async () => {
    for (let thing = left.shift(); thing !== undefined; thing = left.shift()) await act(thing);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
