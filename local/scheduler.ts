import type { LocalFunction } from './functions.ts';
import type { PushTokens } from './tokens.ts';

export type Scheduler = {
  /** Calls this schedule function now. Rejects where it is none, or fails. */
  tick(name: string): Promise<void>;
  stop(): void;
};

/** Calls each schedule function when it is due, as Cloud Scheduler does. */
export function startScheduler(functions: readonly LocalFunction[], tokens: PushTokens): Scheduler {
  const timers = functions.flatMap((local) => {
    const { fn } = local;
    return fn.trigger === 'schedule'
      ? // A tick that fails has been told by the function itself, and the next one comes.
        [setInterval(() => call(local, tokens).catch(() => {}), fn.everyMinutes * 60_000)]
      : [];
  });
  return {
    async tick(name) {
      const local = functions.find(({ fn }) => fn.name === name && fn.trigger === 'schedule');
      if (!local) throw new Error(`no schedule function is named ${name}`);
      const answer = await call(local, tokens);
      if (!answer.ok) throw new Error(`${name} answered ${answer.status}`);
    },
    stop: () => timers.forEach(clearInterval),
  };
}

async function call(local: LocalFunction, tokens: PushTokens): Promise<Response> {
  const authorization = `Bearer ${await tokens.tokenFor(local.url)}`;
  const headers = { authorization, 'x-cloudscheduler-scheduletime': new Date().toISOString() };
  return fetch(await local.ready(), { method: 'POST', headers });
}
