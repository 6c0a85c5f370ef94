import type { Call } from '../bench/cold.ts';

export type Asked = { readonly status: number; readonly ok: boolean };

/** One real call of a function. */
export async function ask(port: number, call: Call, without: readonly string[] = []): Promise<Asked> {
  const { path, headers, ...request } = call();
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !without.includes(name)));
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...request, headers: kept });
  await response.arrayBuffer();
  return { status: response.status, ok: response.ok };
}

/** Waits until a probe is answered; throws with what was said where it never is. */
export async function untilThere(port: number, path: string, lines: () => Promise<string>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`nothing answers at ${path}: ${await lines()}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
