import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Registered } from '../../functions/registry.ts';
import type { Api } from '../../shared/runtime/described.ts';

/** What each request function is described as, by its name: the `api.ts` beside it. */
export type Apis = ReadonlyMap<string, Api>;

export async function readApis(registry: readonly Registered[]): Promise<Apis> {
  const found = registry.filter((each) => each.fn.trigger === 'request' && existsSync(fileOf(each)));
  const modules = found.map(async (each): Promise<[string, Api]> => {
    const { default: api } = (await import(resolve(fileOf(each)))) as { default: Api };
    return [each.fn.name, api];
  });
  return new Map(await Promise.all(modules));
}

/** Routes that are not described, and descriptions of none; one sentence each. */
export function undescribed(registry: readonly Registered[], apis: Apis): string[] {
  return registry.flatMap((each) => {
    const { fn } = each;
    if (fn.trigger !== 'request') return [];
    const described = Object.keys(apis.get(fn.name) ?? {});
    return [
      ...fn.routes
        .filter((route) => !described.includes(route))
        .map((route) => `${fn.name}: ${route} is not described in ${fileOf(each)}`),
      ...described
        .filter((route) => !fn.routes.includes(route))
        .map((route) => `${fn.name}: ${fileOf(each)} describes ${route}, which it does not answer`),
    ];
  });
}

function fileOf({ room, fn }: Registered): string {
  return `functions/${room}/${fn.name}/api.ts`;
}
