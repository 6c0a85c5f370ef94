import type { LocalFunction } from './functions.ts';
import type { PushTokens } from './tokens.ts';

export type Scheduler = {
  /** Calls this schedule function now. Rejects where it is none, or fails. */
  tick(name: string): Promise<void>;
  /** From now on nothing is called by the clock; resolves when what was called is done. */
  hold(): Promise<void>;
  goOn(): void;
  stop(): void;
};

/** Calls each schedule function when it is due, as Cloud Scheduler does. */
export function startScheduler(functions: readonly LocalFunction[], tokens: PushTokens): Scheduler {
  const called = new Set<Promise<unknown>>();
  let isHeld = false;

  const timers = functions.flatMap((local) =>
    local.fn.trigger === 'schedule' ? [setInterval(() => due(local), local.fn.everyMinutes * 60_000)] : [],
  );

  function due(local: LocalFunction): void {
    if (isHeld) return;
    // A tick that fails has been told by the function itself, and the next one comes.
    const calling = call(local, tokens)
      .catch(() => {})
      .finally(() => called.delete(calling));
    called.add(calling);
  }

  return {
    async tick(name) {
      const local = functions.find(({ fn }) => fn.name === name && fn.trigger === 'schedule');
      if (!local) throw new Error(`no schedule function is named ${name}`);
      const answer = await call(local, tokens);
      if (!answer.ok) throw new Error(`${name} answered ${answer.status}`);
    },
    async hold() {
      isHeld = true;
      await Promise.all(called);
    },
    goOn() {
      isHeld = false;
    },
    stop: () => timers.forEach(clearInterval),
  };
}

async function call(local: LocalFunction, tokens: PushTokens): Promise<Response> {
  const authorization = `Bearer ${await tokens.tokenFor(local.url)}`;
  const headers = { authorization, 'x-cloudscheduler-scheduletime': new Date().toISOString() };
  return fetch(await local.ready(), { method: 'POST', headers });
}
