import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { registry } from '../../functions/registry.ts';
import type { Api, Refusals } from '../../shared/runtime/described.ts';
import { onRequest } from '../../shared/runtime/on-request.ts';
import { readApis, undescribed } from './apis.ts';
import { refusalsOf } from './openapi/refusals.ts';
import { openApi } from './openapi.ts';
import { three } from './planted.ts';

const order = onRequest({
  ...{ name: 'order-things', caller: 'customer', publishes: [], impact: '', config: z.object({}) },
  connect: () => ({}),
  routes: { 'POST /v1/things/:thingId': { once: async () => ({ status: 202 }) } },
});
const thing = z.strictObject({ size: z.string() }).meta({ id: 'Thing' });
const api = {
  'POST /v1/things/:thingId': {
    operationId: 'orderThing',
    summary: 'Order a thing',
    description: 'One.',
    params: { thingId: z.string() },
    body: {
      schema: z.strictObject({ size: z.string() }),
      description: 'Which.',
      example: { size: 'small' },
      fields: { size: 'How large.' },
    },
    answers: { 202: { description: 'It is ordered.', schema: thing, example: { size: 'small' } } },
    refusals: { 422: { 'thing.none-left': 'There are no more.' } },
  },
} satisfies Api;

const described = (changes: object = {}) =>
  JSON.parse(
    openApi(
      [{ room: 'ledger', fn: order }],
      new Map([
        ['order-things', { 'POST /v1/things/:thingId': { ...api['POST /v1/things/:thingId'], ...changes } }],
      ]),
    ),
  );

test('a route that is done once for a key says so, and all that it may refuse by', () => {
  const { post } = described().paths['/v1/things/{thingId}'];
  expect(post).toMatchObject({ tags: ['ledger'], security: [{ customer: [] }] });
  expect(post.parameters).toEqual([
    { name: 'thingId', in: 'path', required: true, schema: { type: 'string' } },
    { $ref: '#/components/parameters/idempotencyKey' },
  ]);
  const codes = Object.entries<{ description?: string }>(post.responses).map(
    ([status, { description = '' }]) => [
      status,
      ...[...description.matchAll(/^- `(.*?)`/gm)].map(([, code]) => code),
    ],
  );
  expect(codes).toEqual([
    ['202'],
    ['400', 'body.not-json', 'idempotency-key.missing', 'idempotency-key.invalid'],
    ['401', 'token.missing', 'token.invalid'],
    ['409', 'idempotency-key.in-flight'],
    ['413', 'body.too-large'],
    ['422', 'body.invalid', 'idempotency-key.reused', 'thing.none-left'],
    ['500'],
  ]);
});

test('what is sent may hold no field that is not known; what is answered may come to hold more', () => {
  const { paths, components } = described();
  const { requestBody, responses } = paths['/v1/things/{thingId}'].post;
  expect(requestBody.content['application/json'].schema).toEqual({
    type: 'object',
    properties: { size: { type: 'string', description: 'How large.' } },
    required: ['size'],
    additionalProperties: false,
  });
  expect(responses[202].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Thing' });
  expect(components.schemas.Thing).not.toHaveProperty('additionalProperties');
});

test('a body is needed, unless it may be left out', () => {
  const { body } = api['POST /v1/things/:thingId'];
  const neededIn = ({ paths }: ReturnType<typeof described>) =>
    paths['/v1/things/{thingId}'].post.requestBody.required;
  expect(neededIn(described())).toBe(true);
  expect(neededIn(described({ body: { ...body, isOptional: true } }))).toBe(false);
});

test('a field that there is not is not described', () => {
  const { body } = api['POST /v1/things/:thingId'];
  expect(() => described({ body: { ...body, fields: { colour: 'Which.' } } })).toThrow('colour is described');
});

test('a route that nobody described, and a description of no route, are named', () => {
  expect(undescribed(three, new Map())).toEqual([
    'serve-things: GET /v1/things/:id is not described in functions/ledger/serve-things/api.ts',
  ]);
  expect(
    undescribed(
      [{ room: 'ledger', fn: order }],
      new Map([['order-things', { ...api, 'GET /v1/lost': api['POST /v1/things/:thingId'] }]]),
    ),
  ).toEqual([
    'order-things: functions/ledger/order-things/api.ts describes GET /v1/lost, which it does not answer',
  ]);
});

const apis = await readApis(registry);

const served = registry.flatMap(({ room, fn }) => {
  const api = apis.get(fn.name);
  return fn.trigger === 'request' && api ? [{ room, fn, name: fn.name, api }] : [];
});

test.each(served)(
  'callers of $name are told of each code that it refuses by, and of no other',
  async ({ room, fn, api }) => {
    const routes = Object.entries(api);
    const own = routes.flatMap(([, { refusals = {} }]) => codesIn(refusals));
    const told = routes.flatMap(([route, each]) => codesIn(refusalsOf(fn, route, each)));
    const patterns = await refusedIn(`functions/${room}/${fn.name}`);
    expect(own.filter((code) => !patterns.some((pattern) => pattern.test(code)))).toEqual([]);
    expect(patterns.filter((pattern) => !told.some((code) => pattern.test(code)))).toEqual([]);
  },
);

function codesIn(refusals: Refusals): string[] {
  return Object.entries(refusals).flatMap(([status, codes]) =>
    Object.keys(codes).map((code) => `${status} ${code}`),
  );
}

/** Each `PublicError` that a function’s own files throw, or what they use of the runtime, as what its status and code look like. */
async function refusedIn(folder: string): Promise<RegExp[]> {
  const files = (await readdir(folder)).filter((name) => !/(\.test|^api|^answers)\.ts$/.test(name));
  const own = await textsOf(files.map((name) => `${folder}/${name}`));
  // Whatever refuses before a handler is asked is the same for all.
  const used = [...own.matchAll(/'[./]+\/(shared\/runtime\/(?!on-request)[\w-]+\.ts)'/g)].map(
    ([, file = '']) => file,
  );
  const texts = own + (await textsOf([...new Set(used)]));
  return [...texts.matchAll(/new PublicError\(\s*(\d+),\s*([^,)]+)/g)].map(([, status, code = '']) => {
    const literal = /^['`](.*)['`]$/.exec(code)?.[1];
    return new RegExp(
      `^${status} ${literal?.replaceAll('.', '[.]').replaceAll(/\$\{[^}]*\}/g, '.+') ?? '.+'}$`,
    );
  });
}

async function textsOf(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}
