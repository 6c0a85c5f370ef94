import type { Registered } from '../../functions/registry.ts';
import { type EventFunction, subscriptionOf } from '../../shared/runtime/declared.ts';
import { publishedBy, ROOMS, variablesOf } from './declared.ts';

// Google's limits: the id of a service account, which is the function's name, and a subscription's filter.
export const NAME = /^(?=.{6,30}$)[a-z]+(-[a-z]+)+$/;
const FILTER_BYTES_MAX = 256;

// What the runtime or the platform sets; a function's own variable of that name would be one or the other.
const RESERVED = /^(PORT|HOST|K_.*|GOOGLE_CLOUD_PROJECT|PUSH_TOKEN_.*|.*_EMULATOR_HOST)$/;

/** What is wrong with the registry, one sentence each. `folders` are those with a function, as `room/name`. */
export function problemsOf(registry: readonly Registered[], folders: readonly string[]): string[] {
  const registered = registry.map(({ room, fn }) => `${room}/${fn.name}`);
  return [
    ...repeated(registry.map(({ fn }) => fn.name)).map((name) => `${name}: this name is registered twice`),
    ...repeated(registry.flatMap(routesOf)).map((route) => `${route}: this route is served twice`),
    ...registered
      .filter((folder) => !folders.includes(folder))
      .map((folder) => `${folder}: functions/${folder}/function.ts does not exist`),
    ...folders
      .filter((folder) => !registered.includes(folder))
      .map((folder) => `functions/${folder}/function.ts is not in functions/registry.ts`),
    ...registry.flatMap(problemsOfOne),
    ...disagreements(registry),
  ];
}

/** What may be a mistake, or the half of a pair that is still to come. */
export function warningsOf(registry: readonly Registered[]): string[] {
  const published = new Set(registry.flatMap(({ fn }) => publishedBy(fn)));
  return registry.flatMap(({ fn }) => {
    const silent = fn.trigger === 'event' ? fn.on.filter((kind) => !published.has(kind)) : [];
    return silent.map(({ type }) => `${fn.name} listens to ${type}, which nobody publishes`);
  });
}

function problemsOfOne({ room, fn }: Registered): string[] {
  const problems = fn.trigger === 'event' ? problemsOfEvents(fn) : [];
  if (!(ROOMS as readonly string[]).includes(room)) {
    problems.push(`${room} is not a room; the rooms are ${ROOMS.join(', ')}`);
  }
  if (!NAME.test(fn.name)) problems.push('a name is verb-noun in lower case, of 6 to 30 characters');
  if (fn.impact.trim() === '') problems.push('impact does not say what a customer loses while it fails');
  for (const { name } of variablesOf(fn)) {
    if (RESERVED.test(name)) problems.push(`the variable ${name} belongs to the runtime`);
  }
  return problems.map((problem) => `${fn.name}: ${problem}`);
}

function problemsOfEvents(fn: EventFunction): string[] {
  const problems: string[] = [];
  const topics = [...new Set(fn.on.map(({ topic }) => topic))];
  if (topics.length > 1) problems.push(`it listens to several topics: ${topics.join(', ')}`);
  for (const { type } of fn.on) {
    if (!type.startsWith(fn.prefix ?? '')) {
      problems.push(`it listens to ${type}, which its prefix ${fn.prefix} keeps from it`);
    }
  }
  const bytes = Buffer.byteLength(subscriptionOf(fn).filter ?? '');
  if (bytes > FILTER_BYTES_MAX) {
    problems.push(`its filter has ${bytes} bytes, and ${FILTER_BYTES_MAX} is the most`);
  }
  return problems;
}

/** One variable has one value everywhere, so it cannot be secret here and plain there. */
function disagreements(registry: readonly Registered[]): string[] {
  const variables = registry.flatMap(({ fn }) => variablesOf(fn));
  const secrets = new Set(variables.filter(({ secret }) => secret).map(({ name }) => name));
  const plain = new Set(variables.filter(({ secret }) => !secret).map(({ name }) => name));
  return [...secrets]
    .filter((name) => plain.has(name))
    .map((name) => `${name}: secret in one function and plain in another`);
}

/** Routes without the names of their parameters, which do not tell two routes apart. */
function routesOf({ fn }: Registered): string[] {
  return fn.trigger === 'request' ? fn.routes.map((route) => route.replaceAll(/:\w+/g, ':')) : [];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, n) => names.indexOf(name) !== n))];
}
