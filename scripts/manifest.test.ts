import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { registry } from '../functions/registry.ts';
import { eventMap } from './manifest/event-map.ts';
import { knativeBase } from './manifest/knative.ts';
import { localFunctions, localTopics } from './manifest/local-cluster.ts';
import { differences, madeFrom, mend, readBeside } from './manifest/made.ts';
import { three, track } from './manifest/planted.ts';
import { functionsJson } from './manifest/terraform.ts';

test('Terraform is told of triggers, and of the right to park that no declaration names', () => {
  const { functions, topics } = JSON.parse(functionsJson(three));
  expect(Object.keys(functions)).toEqual(['serve-things', 'sweep-things', 'track-thing']);
  expect(functions['track-thing']).toMatchObject({
    trigger: 'event',
    subscription: {
      name: expect.stringMatching(/^track-thing-[0-9a-f]{8}$/),
      topic: 'bank-facts',
      filter: null,
    },
    publishes: { customers: ['account.changed'], 'dead-letters': ['message.parked'] },
    ...{ memoryMi: 512, cpu: 1, concurrency: 16, timeoutSeconds: 60, minScale: 0, maxScale: 20 },
    visibility: 'internal',
  });
  expect(functions['sweep-things']).toMatchObject({
    trigger: 'schedule',
    everyMinutes: 15,
    publishes: {},
    maxScale: 1,
  });
  expect(functions['serve-things']).toMatchObject({
    caller: 'customer',
    routes: ['GET /v1/things/:id'],
    visibility: 'public',
  });
  expect(topics['bank-facts']).toEqual(['account.opened']);
});

test('an account may use the store or another of Google’s APIs only where its function does', () => {
  const { functions } = JSON.parse(functionsJson(registry));
  expect(functions['receive-bank-webhook']).toMatchObject({ usesFirestore: false, scopes: [] });
  expect(functions['send-push']).toMatchObject({
    usesFirestore: true,
    scopes: ['https://www.googleapis.com/auth/firebase.messaging'],
  });
  const scoped = Object.values<{ scopes: string[] }>(functions).filter(({ scopes }) => scopes.length > 0);
  expect(scoped).toHaveLength(1);
});

test('on Knative a secret comes from a secret, and only those who are pushed to learn who pushes', () => {
  const config = z.object({ API_KEY: z.string().meta({ secret: true }), SIZE: z.string().default('1') });
  const base = knativeBase([...three.slice(1), { room: 'ledger', fn: { ...track, config } }]);
  const [account, service] = parseAllDocuments(base.get('track-thing.yaml') ?? '').map((each) => each.toJS());
  const { serviceAccountName, containers } = service.spec.template.spec;
  expect(account).toMatchObject({ kind: 'ServiceAccount', metadata: { name: serviceAccountName } });
  expect(containers[0].env).toContainEqual({
    name: 'API_KEY',
    valueFrom: { secretKeyRef: { name: 'api-key', key: 'value' } },
  });
  expect(containers[0].env).toContainEqual({
    name: 'SIZE',
    valueFrom: { configMapKeyRef: { name: 'counterfoil', key: 'SIZE', optional: true } },
  });
  expect(base.get('track-thing.yaml')).toContain('PUSH_TOKEN_EMAIL');
  expect(base.get('serve-things.yaml')).not.toContain('PUSH_TOKEN');
  expect(parse(base.get('kustomization.yaml') ?? '').resources).toEqual([
    'serve-things.yaml',
    'sweep-things.yaml',
    'track-thing.yaml',
  ]);
});

test('what is pushed to is hidden on Knative, and what customers call is not', () => {
  const labels = (name: string) => {
    const [, service] = parseAllDocuments(knativeBase(three).get(`${name}.yaml`) ?? '');
    return service?.toJS().metadata.labels['networking.knative.dev/visibility'];
  };
  expect(['serve-things', 'track-thing', 'sweep-things'].map(labels)).toEqual([
    undefined,
    'cluster-local',
    'cluster-local',
  ]);
});

test('beside emulators each function is a plain deployment, and is pushed its own subscription', () => {
  const objects = parseAllDocuments(localFunctions(three)).map((each) => each.toJS());
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'Deployment serve-things',
    'Service serve-things',
    'Deployment sweep-things',
    'Service sweep-things',
    'Deployment track-thing',
    'Service track-thing',
  ]);
  const topics = localTopics(three);
  expect(topics).toContain('/topics/customers');
  expect(topics).toMatch(
    /"pushEndpoint":"http:\/\/track-thing\/projects\/demo-counterfoil\/topics\/bank-facts".*subscriptions\/track-thing-/,
  );
});

test('the event map leads from whoever starts a function to whom it tells', () => {
  const arrows = eventMap(three).match(/^ {2}\S+ -->.*$/gm);
  expect(arrows).toEqual([
    '  customer --> serve-things',
    '  scheduler -->|every 15 minutes| sweep-things',
    '  topic-bank-facts --> track-thing',
    '  track-thing --> topic-customers',
  ]);
});

describe('made files', () => {
  const folders: string[] = [];
  afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));

  test('what is missing, different or left over is named, and mended', async () => {
    const root = await mkdtemp(join(tmpdir(), 'manifest-'));
    folders.push(root);
    const made = madeFrom(three, { ...(await readBeside(registry)), apis: new Map() });
    await mend(made, await differences(made, root), root);
    expect(await differences(made, root)).toEqual([]);

    await rm(join(root, 'docs/event-map.md'));
    await writeFile(join(root, 'knative/base/serve-things.yaml'), 'edited: true\n');
    await writeFile(join(root, 'knative/base/removed-function.yaml'), '');
    const found = await differences(made, root);
    expect(found).toEqual([
      { path: 'docs/event-map.md', is: 'missing' },
      { path: 'knative/base/serve-things.yaml', is: 'different' },
      { path: 'knative/base/removed-function.yaml', is: 'left over' },
    ]);
    await mend(made, found, root);
    expect(await differences(made, root)).toEqual([]);
  });

  test('the order of the registry changes nothing', async () => {
    const beside = await readBeside(registry);
    expect(madeFrom([...registry].reverse(), beside)).toEqual(madeFrom(registry, beside));
  });

  test('every one ends in a newline', async () => {
    for (const text of madeFrom(registry, await readBeside(registry)).values())
      expect(text.at(-1)).toBe('\n');
  });
});
