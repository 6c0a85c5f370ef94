import * as z from 'zod';

export type Json = { [key: string]: Json } | readonly Json[] | string | number | boolean | null;
export type JsonObject = { [key: string]: Json };

const COMPONENTS = '#/components/schemas/';

/** Schemas of zod as those of JSON, as they are on the wire; one that has an `id` stands among the components, once. */
export function openSchemas() {
  const named = new Map<string, Json>();
  return {
    /** Of what is sent to us: a field that is not known is refused. */
    ofBody: (schema: z.ZodType, fields: Readonly<Record<string, string>> = {}) =>
      withDescriptions(made(schema), fields),
    /** Of what we answer: a field that is new breaks nobody. */
    ofAnswer: (schema: z.ZodType) => made(schema, opened),
    ofParameter: (schema: z.ZodType) => made(schema),
    components: (): JsonObject => Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  };

  function made(schema: z.ZodType, change: (json: z.core.JSONSchema.BaseSchema) => void = () => {}) {
    // A list of it, since what is at the root is never put among the components.
    const { items, $defs = {} } = z.toJSONSchema(z.array(schema), {
      io: 'input',
      override: ({ jsonSchema }) => {
        // The format says the same, and can be read.
        if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        change(jsonSchema);
      },
    });
    for (const [name, definition] of Object.entries($defs)) add(name, linked(definition));
    return linked(items) as JsonObject;
  }

  function add(name: string, schema: Json): void {
    const known = named.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`two schemas are called ${name}`);
    named.set(name, schema);
  }
}

function opened(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
}

function linked(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${COMPONENTS}`)) as Json;
}

function withDescriptions(schema: JsonObject, fields: Readonly<Record<string, string>>): JsonObject {
  const properties = (schema.properties ?? {}) as Record<string, JsonObject>;
  for (const [name, description] of Object.entries(fields)) {
    const field = properties[name];
    if (!field) throw new Error(`${name} is described, and there is no such field`);
    field.description = description;
  }
  return schema;
}
