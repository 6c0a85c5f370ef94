import type { LocalFunction } from './functions.ts';
import type { PushTokens } from './tokens.ts';

/** Calls each schedule function when it is due, as Cloud Scheduler does; answers how to stop. */
export function startScheduler(functions: readonly LocalFunction[], tokens: PushTokens): () => void {
  const timers = functions.flatMap((local) => {
    const { fn } = local;
    return fn.trigger === 'schedule'
      ? [setInterval(() => void tick(local, tokens), fn.everyMinutes * 60_000)]
      : [];
  });
  return () => timers.forEach(clearInterval);
}

async function tick(local: LocalFunction, tokens: PushTokens): Promise<void> {
  const headers = {
    authorization: `Bearer ${await tokens.tokenFor(local.url)}`,
    'x-cloudscheduler-scheduletime': new Date().toISOString(),
  };
  // A tick that fails is logged by the function itself, and the next one comes.
  await fetch(await local.ready(), { method: 'POST', headers }).catch(() => {});
}
