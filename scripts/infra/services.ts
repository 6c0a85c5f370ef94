import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { boundsOf } from '../manifest/bounds.ts';
import { variablesOf } from '../manifest/declared.ts';
import { at, each, type Resource, text, type Value } from './resources.ts';
import { secretOf } from './rights.ts';
import { differ, functionsOf, must, ofType, one, type Rule, type World } from './world.ts';

const SERVICE = 'google_cloud_run_v2_service';
const ENV = 'template.0.containers.0.env';

/** Each function is one service that runs as itself, from an image that was checked, with what it declares. */
export const services: readonly Rule[] = [
  accounts,
  (world) => functionsOf(world).flatMap((fn) => service(world, fn)),
  secrets,
];

function accounts(world: World): string[] {
  const names = functionsOf(world).map(({ name }) => name);
  const is = (type: string, path: string) => ofType(world, type).map((resource) => text(resource, path));
  return [
    ...differ('the services', is(SERVICE, 'name'), names),
    ...differ('the accounts', is('google_service_account', 'account_id'), [
      ...names,
      'push-events',
      'tick-schedules',
    ]),
  ];
}

function service(world: World, fn: DeclaredFunction): string[] {
  const found = one(world, SERVICE, 'name', fn.name);
  if (!found) return []; // which `accounts` says
  const says = (path: string, is: string) =>
    must(text(found, path) === is, `${fn.name}: ${path} is ${text(found, path) || 'nothing'}, not ${is}`);
  const email = `${fn.name}@${world.project}.iam.gserviceaccount.com`;
  const image = text(found, 'template.0.containers.0.image');
  return [
    ...says('template.0.service_account', email),
    ...says('template.0.execution_environment', 'EXECUTION_ENVIRONMENT_GEN2'),
    ...says('template.0.containers.0.resources.0.startup_cpu_boost', 'true'),
    ...says('template.0.containers.0.startup_probe.0.http_get.0.path', '/healthz'),
    ...says('ingress', `INGRESS_TRAFFIC_INTERNAL_${fn.trigger === 'request' ? 'LOAD_BALANCER' : 'ONLY'}`),
    ...must(at(found, 'invoker_iam_disabled') !== true, `${fn.name}: its callers are not checked`),
    ...Object.entries(bounds(fn)).flatMap(([path, is]) => says(`template.0.${path}`, is)),
    ...must(
      new RegExp(`/${fn.name}@sha256:[0-9a-f]{64}$`).test(image),
      `${fn.name}: ${image} is not its image by digest`,
    ),
    ...variables(world, fn, found),
  ];
}

/** How much of a machine it gets, as Cloud Run says it. */
function bounds(fn: DeclaredFunction): Readonly<Record<string, string>> {
  const { memoryMi, cpu, concurrency, timeoutSeconds, maxScale } = boundsOf(fn);
  return {
    'containers.0.resources.0.limits.memory': `${memoryMi}Mi`,
    'containers.0.resources.0.limits.cpu': String(cpu),
    max_instance_request_concurrency: String(concurrency),
    timeout: `${timeoutSeconds}s`,
    'scaling.0.max_instance_count': String(maxScale),
  };
}

function variables(world: World, fn: DeclaredFunction, found: Resource): string[] {
  const entries = new Map(each(found, ENV).map((env) => [text(env, 'name'), env] as const));
  const known = new Set([
    'GOOGLE_CLOUD_PROJECT',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    ...variablesOf(fn).map(({ name }) => name),
  ]);
  if (fn.trigger !== 'request') known.add('PUSH_TOKEN_CHECKED_BY');
  const checkedBy = fn.trigger === 'request' ? '' : 'cloud-run';
  return [
    ...[...entries.keys()]
      .filter((name) => !known.has(name))
      .map((name) => `${fn.name}: nothing declares ${name}`),
    ...must(
      text(entries.get('GOOGLE_CLOUD_PROJECT'), 'value') === world.project,
      `${fn.name}: it runs for another project`,
    ),
    ...must(
      text(entries.get('PUSH_TOKEN_CHECKED_BY'), 'value') === checkedBy,
      `${fn.name}: PUSH_TOKEN_CHECKED_BY is not ${checkedBy}`,
    ),
    ...variablesOf(fn).flatMap(({ name, secret, required }) => [
      ...must(!required || entries.has(name), `${fn.name}: it cannot start without ${name}`),
      ...(secret ? byReference(world, fn.name, name, entries.get(name)) : []),
    ]),
  ];
}

function byReference(world: World, name: string, variable: string, env: Value | undefined): string[] {
  const reference = at(env, 'value_source.0.secret_key_ref.0');
  return [
    ...must(text(env, 'value') === '', `${name}: the secret ${variable} stands in the plan`),
    ...must(
      text(reference, 'secret') === secretOf(world, variable),
      `${name}: ${variable} is not read from its secret`,
    ),
    ...must(/^[1-9]\d*$/.test(text(reference, 'version')), `${name}: ${variable} has no fixed version`),
  ];
}

function secrets(world: World): string[] {
  const wanted = functionsOf(world).flatMap((fn) => variablesOf(fn).filter(({ secret }) => secret));
  const found = ofType(world, 'google_secret_manager_secret');
  return [
    ...ofType(world, 'google_secret_manager_secret_version').map(
      ({ address }) => `${address} would put a secret into the state`,
    ),
    ...differ(
      'the secrets',
      found.map((secret) => text(secret, 'secret_id')),
      wanted.map(({ name }) => name.toLowerCase().replaceAll('_', '-')),
    ),
    ...found.flatMap((secret) => [
      ...must(text(secret, 'rotation.0.rotation_period') !== '', `${secret.address} is never rotated`),
      ...must(text(secret, 'topics.0.name') !== '', `${secret.address} reminds nobody`),
      ...must(
        text(secret, 'replication.0.user_managed.0.replicas.0.location') === world.region,
        `${secret.address} leaves ${world.region}`,
      ),
    ]),
  ];
}
