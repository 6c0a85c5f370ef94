import * as z from 'zod';
import type { Registered } from '../../functions/registry.ts';
import { messageParked } from '../../shared/events/dead-letters.ts';
import type { Kind } from '../../shared/events/event.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';

/** The rooms of the house, in the order in which registry and event map go through them. */
export const ROOMS = [
  'bank',
  'ledger',
  'payments',
  'cards',
  'customers',
  'notifications',
  'operations',
] as const;

export function byName(a: Registered, b: Registered): number {
  return a.fn.name < b.fn.name ? -1 : 1;
}

/** All that a function may publish: what it declares, and what the runtime parks on any event function's behalf. */
export function publishedBy(fn: DeclaredFunction): readonly Kind[] {
  return fn.trigger === 'event' ? [...fn.publishes, messageParked] : fn.publishes;
}

/** Event types by topic, both sorted, each once. */
export function byTopic(kinds: readonly Kind[]): Record<string, string[]> {
  const topics = [...new Set(kinds.map(({ topic }) => topic))].sort();
  return Object.fromEntries(
    topics.map((topic) => {
      const types = kinds.filter((kind) => kind.topic === topic).map(({ type }) => type);
      return [topic, [...new Set(types)].sort()];
    }),
  );
}

/** Every topic that somebody publishes to or listens to. */
export function allTopics(registry: readonly Registered[]): Record<string, string[]> {
  return byTopic(
    registry.flatMap(({ fn }) => [...publishedBy(fn), ...(fn.trigger === 'event' ? fn.on : [])]),
  );
}

export type Variable = {
  readonly name: string;
  readonly secret: boolean;
  readonly required: boolean;
  readonly description: string | undefined;
};

/** The environment variables of a function's own configuration, by name. */
export function variablesOf(fn: DeclaredFunction): Variable[] {
  return Object.entries(fn.config.shape)
    .map(([name, schema]) => {
      const metas = layersOf(schema).map((layer) => z.globalRegistry.get(layer));
      return {
        name,
        secret: metas.some((meta) => meta?.secret === true),
        required: schema._zod.optin === undefined, // else 'optional' or 'defaulted'
        description: metas.find((meta) => meta?.description)?.description,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A schema and those inside it: what `.default()` or `.transform()` wraps may carry the mark of a secret. */
function layersOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  const inner = schema._zod.def as { [layer in 'innerType' | 'in' | 'out']?: z.core.$ZodType };
  const layers = [inner.innerType, inner.in, inner.out].filter((layer) => layer !== undefined);
  return [schema, ...layers.flatMap(layersOf)];
}
