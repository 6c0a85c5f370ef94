import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { registry } from '../functions/registry.ts';
import { undescribed } from './manifest/apis.ts';
import { differences, madeFrom, mend, readBeside } from './manifest/made.ts';
import { problemsOf, warningsOf } from './manifest/rules.ts';

const HELP = `npm run manifest [-- --check]

Checks functions/registry.ts, and makes from it
  infra/terraform/functions.json      what Terraform deploys
  infra/alerts/prometheus-rules.yaml  what Prometheus watches, from infra/alerts/objectives.ts too
  infra/terraform/alerts.json         the same for Cloud Monitoring
  knative/                            what kustomize deploys: base, alerts, and what is made of overlays/local
  docs/openapi.json                   what apps, operators and banks call, from each function's api.ts too
  docs/payments.md                    its drawing and its tables, from the rules of payments
  docs/event-map.md                   who starts whom
  docs/runbooks/README.md             what customers lose, and where to read how to mend it

  --check   writes nothing; names what is missing, different or left over, and exits 1
`;

/** The folders that hold a function, as `room/name`. */
async function functionFolders(): Promise<string[]> {
  const files = await readdir('functions', { recursive: true });
  return files
    .filter((file) => /^[^/]+\/[^/]+\/function\.ts$/.test(file))
    .map(dirname)
    .sort();
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const beside = await readBeside(registry);
  for (const warning of [...warningsOf(registry), ...undescribed(registry, beside.apis)])
    console.warn(`warning: ${warning}`);
  const problems = problemsOf(registry, await functionFolders());
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) return 1;

  const made = madeFrom(registry, beside);
  const differing = await differences(made);
  if (!values.check) await mend(made, differing);
  for (const { path, is } of differing) console.log(values.check ? `${path}: ${is}` : `mended ${path}`);
  console.log(`${registry.length} functions, ${made.size} made files`);
  if (!values.check || differing.length === 0) return 0;
  console.error('These files are not what the registry makes; npm run manifest mends them.');
  return 1;
}

process.exitCode = await main();
