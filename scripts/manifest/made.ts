import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Registered } from '../../functions/registry.ts';
import { prometheusRules, RULES, RUNBOOKS, runbookIndex } from './alerts.ts';
import { type Apis, readApis } from './apis.ts';
import { CLOUD_ALERTS, cloudAlerts } from './cloud-alerts.ts';
import { eventMap } from './event-map.ts';
import { knativeBase, prometheusRule } from './knative.ts';
import { localFunctions, localTopics } from './local-cluster.ts';
import { openApi } from './openapi.ts';
import { PAYMENTS, paymentsPage } from './payments.ts';
import { functionsJson } from './terraform.ts';

const OPENAPI = 'docs/openapi.json';
const KNATIVE = 'knative/base';

/** What it is made from beside the registry: what routes are described as, and a page with places for what is made. */
export type Beside = { readonly apis: Apis; readonly payments: string };

export async function readBeside(registry: readonly Registered[]): Promise<Beside> {
  return { apis: await readApis(registry), payments: await readFile(PAYMENTS, 'utf8') };
}

/** All that is made: text by path. The same makes the same bytes. */
export function madeFrom(registry: readonly Registered[], beside: Beside): ReadonlyMap<string, string> {
  const rules = prometheusRules(registry);
  return new Map([
    ['infra/terraform/functions.json', functionsJson(registry)],
    [CLOUD_ALERTS, cloudAlerts(registry)],
    [RULES, rules],
    ['knative/alerts/prometheus-rule.yaml', prometheusRule(rules)],
    ['knative/overlays/local/functions.yaml', localFunctions(registry)],
    ['knative/overlays/local/topics.yaml', localTopics(registry)],
    [OPENAPI, openApi(registry, beside.apis)],
    [PAYMENTS, paymentsPage(beside.payments)],
    ['docs/event-map.md', eventMap(registry)],
    [join(RUNBOOKS, 'README.md'), runbookIndex(registry)],
    ...[...knativeBase(registry)].map(([name, text]) => [join(KNATIVE, name), text] as const),
  ]);
}

export type Difference = { readonly path: string; readonly is: 'missing' | 'different' | 'left over' };

/** How what is on disk below `root` differs from what would be made. */
export async function differences(made: ReadonlyMap<string, string>, root = '.'): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const [path, text] of made) {
    const present = await readFile(join(root, path), 'utf8').catch(undefinedWhereMissing);
    if (present === undefined) found.push({ path, is: 'missing' });
    else if (present !== text) found.push({ path, is: 'different' });
  }
  const names = (await readdir(join(root, KNATIVE)).catch(undefinedWhereMissing)) ?? [];
  const leftOver = names.map((name) => join(KNATIVE, name)).filter((path) => !made.has(path));
  return [...found, ...leftOver.sort().map((path) => ({ path, is: 'left over' }) as const)];
}

/** Writes what is missing or different, and removes what is left over. */
export async function mend(
  made: ReadonlyMap<string, string>,
  differing: readonly Difference[],
  root = '.',
): Promise<void> {
  for (const { path } of differing) {
    const text = made.get(path);
    await mkdir(dirname(join(root, path)), { recursive: true });
    if (text === undefined) await rm(join(root, path), { recursive: true });
    else await writeFile(join(root, path), text);
  }
}

function undefinedWhereMissing(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
}
