import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { registry } from '../../functions/registry.ts';
import { knativeBase } from '../manifest/knative.ts';
import { functionsJson } from '../manifest/terraform.ts';
import { differencesOf, type KnativeService } from './parity.ts';
import { type Manifest, typeErrors } from './typed.ts';

const NAME = 'record-transaction';
const text = knativeBase(registry).get(`${NAME}.yaml`) ?? '';
const declared = JSON.parse(functionsJson(registry)).functions[NAME];

/** The function's service, with one text of its manifest changed. */
function service(from = '', to = ''): KnativeService {
  expect(text).toContain(from);
  return parseAllDocuments(text.replace(from, to))[1]?.toJS() as KnativeService;
}

describe('a manifest is held to its published type', () => {
  test('a field that does not exist, one of another type and one that is missing are each named, by their object', () => {
    const errors = typeErrors([
      service(),
      service('timeoutSeconds:', 'timeOutSeconds:'),
      service('containerConcurrency: 16', 'containerConcurrency: "16"'),
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'well' } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bad' }, spec: {} } as Manifest,
    ]);
    expect(errors).toEqual([
      expect.stringMatching(/^Service record-transaction: .*timeOutSeconds/),
      expect.stringMatching(/^Service record-transaction: .*'string'.*\("containerConcurrency": "16"/),
      expect.stringMatching(/^Deployment bad: .*/),
    ]);
  }, 60_000);

  test('a kind that nobody published is an error', () => {
    const unknown = { apiVersion: 'serving.knative.dev/v1', kind: 'Servise', metadata: { name: 'a' } };
    expect(typeErrors([unknown])).not.toEqual([]);
  }, 60_000);
});

describe('a function is the same on Knative as in Terraform', () => {
  test('as it is made', () => {
    expect(differencesOf(NAME, declared, service(), false)).toEqual([]);
  });

  test.each([
    ['memory: 512Mi', 'memory: 256Mi', 'memory is "256Mi", in Terraform "512Mi"'],
    ['cpu: "1"', 'cpu: "2"', 'CPU is "2", in Terraform "1"'],
    ['containerConcurrency: 16', 'containerConcurrency: 80', 'concurrency is 80, in Terraform 16'],
    ['timeoutSeconds: 60', 'timeoutSeconds: 300', 'time-out is 300, in Terraform 60'],
    ['min-scale: "0"', 'min-scale: "1"', 'least instances is "1", in Terraform "0"'],
    ['max-scale: "20"', 'max-scale: "1"', 'most instances is "1", in Terraform "20"'],
    ['serviceAccountName: record', 'serviceAccountName: a-record', 'identity is "a-record-transaction"'],
    ['cluster-local', 'public', 'visibility is false, in Terraform true'],
    ['PUSH_TOKEN_AUDIENCE', 'PUSH_TOKEN_FOR', 'push token is false, in Terraform true'],
    ['name: BALANCE_SHARDS', 'name: SHARDS', 'configuration is ["SHARDS plain optional"]'],
  ])('%s as %s is found', (from, to, said) => {
    const found = differencesOf(NAME, declared, service(from, to), false);
    expect(found).toEqual([expect.stringContaining(`${NAME}: ${said}`)]);
  });

  test('one that is not there is found', () => {
    expect(differencesOf(NAME, declared, undefined, false)).toEqual([`${NAME}: Knative has no such service`]);
  });
});
