import type { LocalFunction } from './functions.ts';
import type { PushTokens } from './tokens.ts';

/** Calls each schedule function when it is due, as Cloud Scheduler does; answers how to stop. */
export function startScheduler(functions: readonly LocalFunction[], tokens: PushTokens): () => void {
  const timers = functions.flatMap((local) => {
    const { fn } = local;
    return fn.trigger === 'schedule'
      ? // A tick that fails has been told by the function itself, and the next one comes.
        [setInterval(() => tick(local, tokens).catch(() => {}), fn.everyMinutes * 60_000)]
      : [];
  });
  return () => timers.forEach(clearInterval);
}

async function tick(local: LocalFunction, tokens: PushTokens): Promise<void> {
  const authorization = `Bearer ${await tokens.tokenFor(local.url)}`;
  const headers = { authorization, 'x-cloudscheduler-scheduletime': new Date().toISOString() };
  await fetch(await local.ready(), { method: 'POST', headers });
}
