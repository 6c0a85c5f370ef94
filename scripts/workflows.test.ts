import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { problemsOf } from './lint-workflows.ts';

type Step = { uses?: string; run?: string; with?: Record<string, unknown> };
type Job = {
  if?: string;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  steps: readonly Step[];
};
type Workflow = { on: Record<string, unknown>; permissions?: unknown; jobs: Record<string, Job> };

const FOLDER = '.github/workflows';

const texts = readdirSync(FOLDER).map((name) => [name, readFileSync(`${FOLDER}/${name}`, 'utf8')] as const);
const workflows = texts.map(([name, text]) => ({ name, workflow: parse(text) as Workflow }));
const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ id: `${name} ${id}`, job })),
);
const steps = jobs.flatMap(({ id, job }) => job.steps.map((step) => ({ id, step })));
/** Our own commands in a script, as `npm ci` and `npm run check:alerts`. */
const commandsIn = (script: string) => script.match(/npm (?:ci|test|run [\w:-]+)/g) ?? [];
const commands = steps.flatMap(({ step }) => commandsIn(step.run ?? ''));

test('no job runs for hours unseen', () => {
  expect(jobs.filter(({ job }) => !job['timeout-minutes']).map(({ id }) => id)).toEqual([]);
});

test('a workflow may do nothing, and each of its jobs no more than what it names', () => {
  expect(workflows.filter(({ workflow }) => JSON.stringify(workflow.permissions) !== '{}')).toEqual([]);
  expect(jobs.filter(({ job }) => typeof job.permissions !== 'object').map(({ id }) => id)).toEqual([]);
});

test('an action is the very commit that was looked at, with its release beside it, and nobody can move it', () => {
  const uses = texts.flatMap(([, text]) => text.match(/uses: .*/g) ?? []);
  expect(uses.length).toBeGreaterThan(10);
  expect(uses.filter((line) => !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test('one action is one commit in all workflows', () => {
  const pins = new Set(steps.flatMap(({ step }) => step.uses ?? []));
  const actions = [...pins].map((pin) => pin.replace(/@.*/, ''));
  expect(actions.filter((action, n) => actions.indexOf(action) !== n)).toEqual([]);
});

test('what others write reaches no shell but as a variable', () => {
  expect(steps.filter(({ step }) => step.run?.includes('${{')).map(({ id }) => id)).toEqual([]);
});

test('a pull request from outside never runs with our rights', () => {
  const triggers = workflows.flatMap(({ workflow }) => Object.keys(workflow.on));
  expect(triggers).not.toContain('pull_request_target');
  expect(triggers).not.toContain('workflow_run');
});

test('only main can show Google who it is', () => {
  const known = jobs.filter(({ job }) => job.permissions?.['id-token']);
  expect(known.length).toBeGreaterThan(0);
  expect(known.filter(({ job }) => !job.if?.startsWith("github.ref == 'refs/heads/main' &&"))).toEqual([]);
});

test('what is checked out leaves no token behind for what is installed after it', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  expect(checkouts.length).toBeGreaterThan(0);
  expect(checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false)).toEqual([]);
});

test('a workflow runs only scripts that there are', () => {
  const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts);
  const named = commands.flatMap((command) => /run (.*)/.exec(command)?.[1] ?? []);
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
});

test('whoever sets up a repository is told of each variable that workflows read', () => {
  const read = texts.flatMap(([, text]) => text.match(/(?<=\bvars\.)[A-Z_]+/g) ?? []);
  const told = readFileSync('docs/deploy.md', 'utf8');
  expect(read).toContain('RELEASE_ACCOUNT');
  expect(read.filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
});

test('what must pass before a change lands here is run on GitHub too', () => {
  const here = commandsIn(readFileSync('.ci/run', 'utf8').replaceAll(/^\s*#.*/gm, ''));
  expect(here).toContain('npm run check');
  expect(here.filter((command) => !commands.includes(command))).toEqual([]);
});

describe('actionlint sees', () => {
  const head = `on: push
jobs:
  build:
    runs-on: ubuntu-24.04
`;
  const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

  test('an input that a pinned action does not take', async () => {
    const job = (input: string) => `${head}    steps:
      - uses: ${checkout}
        with: { ${input}: 0 }`;
    const seen = expect.stringMatching(/^build.yml:7:17 input "fetch-deep" is not defined/);
    expect(await problemsOf(job('fetch-deep'), 'build.yml')).toEqual([seen]);
    expect(await problemsOf(job('fetch-depth'), 'build.yml')).toEqual([]);
  });

  test('an expression that means nothing', async () => {
    const job = `${head}    steps: [{ run: 'echo \${{ inputz.name }}' }]`;
    const seen = expect.stringMatching(/^build.yml:5:\d+ undefined variable "inputz"/);
    expect(await problemsOf(job, 'build.yml')).toEqual([seen]);
  });

  test('a job that waits for one that there is not', async () => {
    const job = `${head}    needs: check\n    steps: [{ run: echo }]`;
    const seen = expect.stringMatching(/^build.yml:3:3 .*needs job "check" which does not exist/);
    expect(await problemsOf(job, 'build.yml')).toEqual([seen]);
  });

  test('a title that would run as a command', async () => {
    const job = `${head}    steps: [{ run: 'echo \${{ github.event.issue.title }}' }]`;
    const seen = expect.stringMatching(/^build.yml:5:\d+ .*potentially untrusted/);
    expect(await problemsOf(job, 'build.yml')).toEqual([seen]);
  });
});
