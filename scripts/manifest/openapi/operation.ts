import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import type { RequestFunction } from '../../../shared/runtime/declared.ts';
import type {
  DescribedAnswer,
  DescribedBody,
  DescribedRoute,
  Parameters,
} from '../../../shared/runtime/described.ts';
import { refusalsOf } from './refusals.ts';
import type { JsonObject, openSchemas } from './schemas.ts';

type Schemas = ReturnType<typeof openSchemas>;

/** One route as an operation of OpenAPI. */
export function operationOf(
  fn: RequestFunction,
  route: string,
  described: DescribedRoute,
  schemas: Schemas,
): JsonObject {
  const { operationId, summary, description, body, answers } = described;
  const parameters = [
    ...parametersIn('path', described.params, schemas),
    ...parametersIn('query', described.query, schemas),
    ...parametersIn('header', described.headers, schemas),
    ...(described.isPaged ? [component('parameters', 'limit'), component('parameters', 'cursor')] : []),
    ...(fn.onceRoutes.includes(route) ? [component('parameters', 'idempotencyKey')] : []),
  ];
  const answered = Object.entries(answers).map(([status, each]) => [status, answerOf(each, schemas)]);
  const refused = Object.entries(refusalsOf(fn, route, described)).map(([status, codes]) => [
    status,
    refusalOf(status, codes),
  ]);
  return {
    ...{ operationId, summary, description },
    security: [{ [fn.caller]: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: bodyOf(body, schemas) }),
    responses: Object.fromEntries([...answered, ...refused, ['500', component('responses', 'internal')]]),
  };
}

function component(kind: 'parameters' | 'responses' | 'schemas', name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}

function parametersIn(
  where: 'path' | 'query' | 'header',
  parameters: Parameters = {},
  schemas: Schemas,
): JsonObject[] {
  return Object.entries(parameters).map(([name, given]) => {
    const { description, ...schema } = schemas.ofParameter(given);
    const required = !isOptional(given);
    return { name, in: where, required, ...(description !== undefined && { description }), schema };
  });
}

function isOptional(schema: z.ZodType): boolean {
  return schema._zod.optin === 'optional';
}

function bodyOf(body: DescribedBody, schemas: Schemas): JsonObject {
  const { schema, isOptional = false, description, example, fields } = body;
  const content = { schema: schemas.ofBody(schema, fields), example: example as JsonObject };
  return { description, required: !isOptional, content: { 'application/json': content } };
}

function answerOf({ description, schema, example, headers }: DescribedAnswer, schemas: Schemas): JsonObject {
  const content = schema && { schema: schemas.ofAnswer(schema), example: example as JsonObject };
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    ...(content && { content: { 'application/json': content } }),
  };
}

function headersOf(headers: Readonly<Record<string, string>>): JsonObject {
  const entries = Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function refusalOf(status: string, codes: Readonly<Record<string, string>>): JsonObject {
  const list = Object.entries(codes).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return {
    description: `${STATUS_CODES[status]}.\n\n${list.join('\n')}`,
    content: { 'application/problem+json': { schema: component('schemas', 'Problem') } },
  };
}
