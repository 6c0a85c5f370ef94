import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { registry } from '../functions/registry.ts';
import type { DeclaredFunction } from '../shared/runtime/declared.ts';
import { Refusal } from './refusal.ts';
import { releaseAll, returnAll } from './release/all.ts';
import { cloudRun } from './release/cloud-run.ts';
import { say } from './release/command.ts';
import type { Host } from './release/host.ts';
import { knative } from './release/knative.ts';
import { type Metrics, prometheus } from './release/metrics.ts';
import { type Change, changeOf } from './release/plan.ts';

const HELP = `npm run release -- --on cloud-run|knative (--changed | --function <name>) [--plan | --return [--to <revision>]]

Releases functions whose image is another than what serves, or whose configuration is. A new revision is called without
traffic, then gets 5 %, 25 % and all of it; where it does worse than the one before (errors, latency, what is parked or
contradicts itself, drift), or its metrics are missing, that one gets all of the traffic again. Exit code 1: not all was released.

  --changed              every function that changed, four at once
  --function <name>      only this one; may be given several times
  --plan                 say what would be released, and change nothing
  --return               give all traffic back to the revision before; also after a release that was killed. Where traffic is
                         not split that is the one made before what serves, be it one that went back once
  --to <revision>        with --return of one function: to this one
  --step-minutes <n>     how long each step is looked at; else 10
  --images <file>        what npm run images -- --push wrote; else .local/images/digests.json
  --project <id>         else GOOGLE_CLOUD_PROJECT; Knative wants it too: its services are called as the project's account push
  --region <region>      of Cloud Run; else CLOUDSDK_RUN_REGION
  --namespace <name>     of Knative; else counterfoil
  --prometheus <url>     who has the metrics; on Cloud Run it is Cloud Monitoring
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      on: { type: 'string' },
      changed: { type: 'boolean' },
      function: { type: 'string', multiple: true },
      plan: { type: 'boolean' },
      return: { type: 'boolean' },
      to: { type: 'string' },
      'step-minutes': { type: 'string', default: '10' },
      images: { type: 'string', default: '.local/images/digests.json' },
      project: { type: 'string', default: process.env.GOOGLE_CLOUD_PROJECT },
      region: { type: 'string', default: process.env.CLOUDSDK_RUN_REGION },
      namespace: { type: 'string', default: 'counterfoil' },
      prometheus: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { on, project } = values;
  if (on !== 'cloud-run' && on !== 'knative') throw new Refusal('--on says where: cloud-run or knative.');
  if (!project) throw new Refusal('--project says in which project, or GOOGLE_CLOUD_PROJECT.');
  const host = hostOf(on, project, values);
  const functions = chosen(values);
  if (values.to && !(values.return && functions.length === 1))
    throw new Refusal(
      '--to says where one function is returned to: --return --function <name> --to <revision>.',
    );
  if (values.return) return returnAll(host, functions, values.to);

  const stepMs = Number(values['step-minutes']) * 60_000;
  if (!(stepMs > 0)) throw new Refusal('--step-minutes is a number of minutes, as in 10.');
  const changes = await changesOf(host, functions, await imagesIn(values.images));
  if (values.plan || changes.length === 0) return 0;
  const metrics = metricsOf(on, project, values.prometheus);
  const stopping = new AbortController();
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(new Refusal(`Stopped by ${name}.`)));
  }
  return releaseAll(changes, { host, metrics, stepMs, signal: stopping.signal });
}

function hostOf(
  on: 'cloud-run' | 'knative',
  project: string,
  { region, namespace }: { region?: string | undefined; namespace: string },
): Host {
  if (on === 'knative') return knative({ project, namespace });
  if (!region) throw new Refusal('--region says where on Cloud Run, as in europe-west1.');
  return cloudRun({ project, region });
}

function metricsOf(on: string | undefined, project: string, url: string | undefined): Metrics {
  if (url) return prometheus(url);
  if (on === 'knative')
    throw new Refusal(
      '--prometheus says who has the metrics: without them nobody can tell how a release does.',
    );
  const monitoring = `https://monitoring.googleapis.com/v1/projects/${project}/location/global/prometheus`;
  return prometheus(monitoring, () => say('gcloud', ['auth', 'print-access-token']));
}

function chosen(values: { changed?: boolean; function?: string[]; return?: boolean }): DeclaredFunction[] {
  const all = registry.map(({ fn }) => fn);
  const names = values.function ?? [];
  const unknown = names.find((name) => !all.some((fn) => fn.name === name));
  if (unknown) throw new Refusal(`There is no function ${unknown}; functions/registry.ts lists them.`);
  if (values.changed && !values.return && names.length === 0) return all;
  if (values.return && names.length === 0) throw new Refusal('--return takes --function <name>: which one?');
  if (values.changed || names.length === 0)
    throw new Refusal('It takes --changed or --function <name>: --help says more.');
  return all.filter(({ name }) => names.includes(name));
}

async function imagesIn(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Refusal(`${file} is missing: npm run images -- --push <registry> writes it.`);
  return z.record(z.string(), z.string().regex(/@sha256:[0-9a-f]{64}$/)).parse(JSON.parse(text));
}

async function changesOf(
  host: Host,
  functions: readonly DeclaredFunction[],
  images: Readonly<Record<string, string>>,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const fn of functions) {
    const image = images[fn.name];
    if (!image) {
      console.log(`${fn.name}: no image of it was pushed`);
      continue;
    }
    const change = await changeOf(host, fn, image);
    if (change) changes.push(change);
    console.log(`${fn.name}: ${change ? wordsOf(change) : 'unchanged'}`);
  }
  return changes;
}

function wordsOf({ serving, image, waiting }: Change): string {
  return waiting
    ? `${waiting} waits, ${serving} serves`
    : `${image.replace(/^.*@/, '')}, where ${serving} serves another`;
}

process.exitCode = await main().catch((error: Error) => {
  const isTyped =
    error instanceof Refusal || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(isTyped ? error.message : error.stack);
  return 1;
});
