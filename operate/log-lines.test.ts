import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf, traceOf } from './log-lines.ts';

type Asked = { filter: string; pageToken?: string; resourceNames: string[]; orderBy: string };

let asked: (Asked & { authorization: string | undefined; path: string | undefined })[];
let pages: readonly { status?: number; body: object }[];
let cloud: Server;
let logging: string;

/** Cloud Logging's `entries:list`, as its reference describes it. */
beforeEach(async () => {
  asked = [];
  cloud = createServer(async (request, response) => {
    const { authorization } = request.headers;
    asked.push({ ...((await json(request)) as Asked), authorization, path: request.url });
    const { status = 200, body } = pages[asked.length - 1] ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => cloud.listen(0, '127.0.0.1', resolve));
  logging = `http://127.0.0.1:${(cloud.address() as { port: number }).port}`;
});
afterEach(() => new Promise((done) => cloud.close(done)));

const lines = (wanted: Parameters<typeof linesOf>[1]) =>
  linesOf({ project: 'our-bank', telemetry: undefined }, wanted, {
    logging,
    accessToken: async (scope) => `token for ${scope}`,
  });

const entry = (timestamp: string, fields: object = {}) => ({
  timestamp,
  severity: 'INFO',
  trace: 'projects/our-bank/traces/0af7651916cd43dd8448eb211c80319c',
  jsonPayload: { function: 'record-transaction', message: 'handled', ...fields },
});

test('lines are asked for by event, page by page, and come in the order in which they were written', async () => {
  pages = [
    { body: { entries: [entry('2026-11-23T10:00:02Z')], nextPageToken: 'more' } },
    { body: { entries: [entry('2026-11-23T10:00:01Z', { outcome: 'done', milliseconds: 7 })] } },
  ];
  const found = await lines({ eventId: ['fact_1', 'fact_2'] });
  expect(found.map(({ time }) => time)).toEqual(['2026-11-23T10:00:01Z', '2026-11-23T10:00:02Z']);
  expect(found[0]).toMatchObject({ function: 'record-transaction', outcome: 'done', milliseconds: 7 });
  expect(found.map(traceOf)).toEqual(Array(2).fill('0af7651916cd43dd8448eb211c80319c'));
  expect(asked).toMatchObject([
    {
      path: '/v2/entries:list',
      authorization: 'Bearer token for https://www.googleapis.com/auth/logging.read',
      resourceNames: ['projects/our-bank'],
      orderBy: 'timestamp asc',
    },
    { pageToken: 'more' },
  ]);
  expect(asked[0]?.filter).toMatch(/^timestamp>="20\S+Z" AND jsonPayload\.eventId=\("fact_1" OR "fact_2"\)$/);
});

test('a trace is asked for by its name, an account by its mark; and an id with a quote stays one', async () => {
  pages = [{ body: {} }];
  expect(await lines({ trace: ['0af7'], account: ['acc_" OR "'] })).toEqual([]);
  expect(asked[0]?.filter).toContain(
    'trace=("projects/our-bank/traces/0af7") AND jsonPayload.account=("acc_\\" OR \\"")',
  );
});

test('a refusal says which role it takes', async () => {
  pages = [{ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } }];
  await expect(lines({ eventId: ['fact_1'] })).rejects.toThrow(
    'Cloud Logging answered 403 for our-bank: reading its logs takes roles/logging.viewer.',
  );
});
