import type { Platform } from '../shared/platform/platform.ts';
import type { Config, EventFunction } from '../shared/runtime/declared.ts';
import type { Env } from '../shared/runtime/env.ts';
import type { Log } from '../shared/runtime/log.ts';
import { noTelemetry } from '../shared/runtime/telemetry.ts';
import { takeTurns } from '../shared/runtime/turns.ts';
import { Refusal } from './refusal.ts';

const silent: Log = { info() {}, warn() {}, error() {}, in: () => silent };

/** What a function stands on that runs in this process: it may read and commit, and call nobody. */
export function quietEnv(platform: Platform): Env {
  const refuse = async () => {
    throw new Refusal('A function that runs here calls nobody outside.');
  };
  return {
    platform,
    log: silent,
    telemetry: noTelemetry,
    turns: takeTurns(),
    now: () => new Date(),
    sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
    identify: refuse,
    accessToken: refuse,
    fcm: { sendUrl: '', isEmulated: false },
    ask: refuse,
  };
}

/** The function's configuration as this process has it; a `Refusal` names the variables that are missing or wrong. */
export function configOf(fn: EventFunction): Config {
  if ('deliver' in fn) {
    throw new Refusal(`${fn.name} calls someone outside, which nobody can try out or do again from here.`);
  }
  const config = fn.config.safeParse(process.env);
  if (config.success) return config.data;
  const names = [...new Set(config.error.issues.map(({ path }) => String(path[0])))];
  throw new Refusal(`${fn.name} is configured by ${names.join(', ')}: set them as where it is deployed.`);
}
