import type { Registered } from '../../functions/registry.ts';
import { type DeclaredFunction, subscriptionOf } from '../../shared/runtime/declared.ts';
import { boundsOf } from './bounds.ts';
import { allTopics, byName, byTopic, publishedBy, variablesOf } from './declared.ts';

/**
 * What Terraform makes services, topics, subscriptions, schedules, secrets and rights from. Every function has
 * every key, because Terraform wants the elements of a list to be of one shape.
 */
export function functionsJson(registry: readonly Registered[]): string {
  const functions = Object.fromEntries([...registry].sort(byName).map(entry));
  return `${JSON.stringify({ functions, topics: allTopics(registry) }, null, 2)}\n`;
}

function entry({ room, fn }: Registered) {
  const { name, trigger, impact } = fn;
  const config = Object.fromEntries(
    variablesOf(fn).map(({ name: variable, secret, required }) => [variable, { secret, required }]),
  );
  return [
    name,
    {
      room,
      trigger,
      ...triggerOf(fn),
      ...boundsOf(fn),
      publishes: byTopic(publishedBy(fn)),
      config,
      impact,
    },
  ] as const;
}

function triggerOf(fn: DeclaredFunction) {
  const none = { caller: null, routes: [] as readonly string[], everyMinutes: null, subscription: null };
  if (fn.trigger === 'request') return { ...none, caller: fn.caller, routes: fn.routes };
  if (fn.trigger === 'schedule') return { ...none, everyMinutes: fn.everyMinutes };
  const { name, topic, filter = null } = subscriptionOf(fn);
  return { ...none, subscription: { name, topic, filter } };
}
