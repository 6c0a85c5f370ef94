import type { Registered } from '../../functions/registry.ts';
import type { Apis } from './apis.ts';
import { byName, ROOMS } from './declared.ts';
import { COMPONENTS, INFO, OPERATORS, PROBLEM, TAGS } from './openapi/common.ts';
import { operationOf } from './openapi/operation.ts';
import { type JsonObject, openSchemas } from './openapi/schemas.ts';

/** `docs/openapi.json`: every route that is described, as OpenAPI 3.1 has it. */
export function openApi(registry: readonly Registered[], apis: Apis): string {
  const schemas = openSchemas();
  const paths: Record<string, JsonObject> = {};
  const tags = new Set<string>();
  for (const { room, fn } of inRooms(registry)) {
    const api = apis.get(fn.name) ?? {};
    for (const route of fn.routes) {
      const described = api[route];
      if (!described) continue;
      const [method = '', path = ''] = route.split(' ');
      const tag = fn.caller === 'operator' ? OPERATORS : room;
      tags.add(tag);
      const operation = { tags: [tag], ...operationOf(fn, route, described, schemas) };
      const at = path.replaceAll(/:(\w+)/g, '{$1}');
      paths[at] = { ...paths[at], [method.toLowerCase()]: operation };
    }
  }
  const document = {
    openapi: '3.1.0',
    info: INFO,
    servers: [
      {
        url: '/',
        description: 'The local stack, which serves this document; elsewhere the host name of functions.',
      },
    ],
    tags: Object.entries(TAGS).flatMap(([name, description]) =>
      tags.has(name) ? [{ name, description }] : [],
    ),
    paths,
    components: { ...COMPONENTS, schemas: { ...schemas.components(), Problem: PROBLEM } },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function inRooms(registry: readonly Registered[]) {
  return ROOMS.flatMap((room) => registry.filter((each) => each.room === room).sort(byName)).flatMap(
    ({ room, fn }) => (fn.trigger === 'request' ? [{ room, fn }] : []),
  );
}
