import { readdir, readFile } from 'node:fs/promises';
import type { Registered } from '../../functions/registry.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { type Resource, text } from './resources.ts';

/** What is planned, and what it is held against. */
export type World = {
  readonly resources: readonly Resource[];
  readonly registry: readonly Registered[];
  readonly project: string;
  readonly region: string;
  /** The pages of docs/runbooks. */
  readonly runbooks: ReadonlySet<string>;
  readonly indexes: string;
  readonly rules: string;
};

/** What a plan is held against. */
export type Against = Omit<World, 'resources'>;

/** A subscription of the release before, which must stay until nothing waits in it. */
export const KEPT = {
  name: 'park-dead-letter-00000000',
  function: 'park-dead-letter',
  topic: 'dead-letters',
};

/** A sentence for each thing that is not as it must be. */
export type Rule = (world: World) => string[];

export async function whatItIsHeldAgainst(): Promise<Pick<World, 'runbooks' | 'indexes' | 'rules'>> {
  return {
    runbooks: new Set(await readdir('docs/runbooks')),
    indexes: await readFile('firestore.indexes.json', 'utf8'),
    rules: await readFile('firestore.rules', 'utf8'),
  };
}

export function ofType({ resources }: World, ...types: readonly string[]): Resource[] {
  return resources.filter(({ type }) => types.includes(type));
}

/** The one of a type that has this value at a path. */
export function one(world: World, type: string, path: string, is: string): Resource | undefined {
  return ofType(world, type).find((resource) => text(resource, path) === is);
}

/** The account of a function, or of whoever calls functions, as a member. */
export function memberOf(world: World, name: string): string {
  return `serviceAccount:${name}@${world.project}.iam.gserviceaccount.com`;
}

export function functionsOf({ registry }: World): DeclaredFunction[] {
  return registry.map(({ fn }) => fn);
}

/** What is in one set and not in the other, one sentence each. */
export function differ(about: string, is: Iterable<string>, wanted: Iterable<string>): string[] {
  const [has, wants] = [new Set(is), new Set(wanted)];
  return [
    ...[...wants].filter((each) => !has.has(each)).map((each) => `${about} lacks ${each}`),
    ...[...has]
      .filter((each) => !wants.has(each))
      .map((each) => `${about} has ${each}, which nothing declares`),
  ];
}

export function must(holds: boolean, otherwise: string): string[] {
  return holds ? [] : [otherwise];
}
