import { parseArgs } from 'node:util';
import { registry } from '../functions/registry.ts';
import { Copies } from './infra/copy.ts';
import { planted } from './infra/plant.ts';
import { applied } from './infra/resources.ts';
import { problemsOf } from './infra/rules.ts';
import { isInstalled, MISSING, said, terraform } from './infra/terraform.ts';
import { problemsIn, VARIABLES } from './infra/try-out.ts';
import { type Against, whatItIsHeldAgainst } from './infra/world.ts';

const HELP = `npm run check:infra [-- --if-present] [--apply] [--alone]

Formats, validates, tests and plans infra/terraform in a temporary folder, holds the plan against the registry, and makes
each mistake of scripts/infra/planted.yaml, which must be caught. It needs terraform, and reaches no cloud.

  --if-present  says so and is content where there is no terraform
  --apply       applies too, and wants nothing to be left to do; only for a provider that merely pretends to
  --alone       makes each mistake by itself, not several in one copy, to see that none hides behind another
`;
const PROJECT = { project: 'counterfoil-prod', region: 'europe-west1' };
const TOGETHER = 8;

// One of each kind: planted mistakes are in modules, and a small world shows them as well as a large one.
const SMALL = registry.filter(({ fn }) =>
  /^(receive-bank-webhook|serve-accounts|serve-direct-debits|record-transaction|fetch-balances|send-push|park-dead-letter|expire-holds|serve-passkeys)$/.test(
    fn.name,
  ),
);

const copies = new Copies();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: Object.fromEntries(
      ['if-present', 'apply', 'alone', 'help'].map((name) => [name, { type: 'boolean' }] as const),
    ),
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!(await isInstalled())) {
    console.error(MISSING);
    return values['if-present'] ? 0 : 1;
  }

  const startedAt = performance.now();
  const against = { ...PROJECT, registry, ...(await whatItIsHeldAgainst()) };
  const problems = [
    ...(await whole(against, Boolean(values.apply))),
    ...(await small(against, values.alone ? 1 : TOGETHER)),
  ];
  for (const problem of problems) console.error(problem);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${problems.length === 0 ? 'ok' : `${problems.length} problems`}, in ${seconds} s`);
  return problems.length > 0 ? 1 : 0;
}

/** All functions, as they are deployed. */
async function whole(against: Against, applies: boolean): Promise<string[]> {
  const formatted = await terraform('infra/terraform', 'fmt', '-check', '-recursive');
  if (!formatted.ok) return [`terraform fmt would change ${formatted.output.trim().replaceAll('\n', ', ')}`];
  const folder = await copies.make(registry);
  await said(folder, 'validate');
  const problems = await problemsIn(folder, against);
  return applies && problems.length === 0 ? twice(folder, against) : problems;
}

/** Once applied, everything is known and nothing is left to do. */
async function twice(folder: string, against: Against): Promise<string[]> {
  await said(folder, 'apply', '-input=false', '-auto-approve', 'plan');
  const resources = applied(await said(folder, 'show', '-json'));
  const again = await terraform(folder, 'plan', '-detailed-exitcode', ...VARIABLES);
  console.log(
    `applied ${resources.length} resources; ${again.code === 0 ? 'nothing is left to do' : 'something is left to do'}`,
  );
  return [...problemsOf(against, resources), ...(again.code === 0 ? [] : [again.output])];
}

/** A few functions: the tests, the other environment, and one mistake after another. */
async function small(against: Against, together: number): Promise<string[]> {
  const folder = await copies.make(SMALL);
  const problems = await problemsIn(folder, { ...against, registry: SMALL });
  const tested = await terraform(folder, 'test');
  const dev = await terraform(folder, 'plan', '-input=false', '-var-file=environments/dev.tfvars');
  console.log(/(?:Success|Failure)! .*/.exec(tested.output)?.[0] ?? 'not tested');
  const failed = [tested, dev].filter(({ ok }) => !ok).map(({ output }) => output);
  if (problems.length + failed.length > 0) return [...problems, ...failed];
  return planted(copies, folder, { ...against, registry: SMALL }, together);
}

process.exitCode = await main()
  .catch((error: Error) => {
    console.error(error.message);
    return 1;
  })
  .finally(() => copies.remove());
