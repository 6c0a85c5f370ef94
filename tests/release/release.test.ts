import { afterEach, describe, expect, test } from 'vitest';
import { type Cloud, type On, openCloud } from './cloud.ts';
import { AFTER, BEFORE, changes, DEPLOYED, FN, moved, NEW, OLD } from './typed.ts';

const OTHER = 'serve-accounts';
// Long enough that something is counted in each step on a busy machine, and no longer.
const ONE = ['--function', FN, '--step-minutes', '0.008'];

const open: Cloud[] = [];
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close();
});

async function aCloud(on: On): Promise<Cloud> {
  const cloud = await openCloud(on);
  open.push(cloud);
  cloud.serving.create(FN, OLD);
  return cloud;
}

async function released(cloud: Cloud, args = ONE, images: Record<string, string> = { [FN]: NEW }) {
  const run = await cloud.release(images, args);
  return { code: await run.ended, output: run.output() };
}

function sharesOf({ serving }: Cloud, name = FN) {
  return Object.fromEntries(
    serving
      .resolved(name)
      .map(({ revisionName, percent, tag }) => [revisionName, tag ? `${percent} ${tag}` : percent]),
  );
}

describe.each<On>(['cloud-run', 'knative'])('on %s', (on) => {
  const CALLED = `gcloud scheduler jobs run release-${FN}`;
  const CLEANED = on === 'cloud-run' ? [`gcloud scheduler jobs delete release-${FN}`] : [];
  const steps = (cloud: Cloud) => changes(cloud).filter((call) => call !== CALLED);

  test('a good release is called first, and then has 5 %, 25 % and all of the traffic', async () => {
    const cloud = await aCloud(on);
    const { code, output } = await released(cloud);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/released\n$/) });
    expect(sharesOf(cloud)).toEqual({ [AFTER]: 100 });
    expect(changes(cloud).slice(0, DEPLOYED[on].length)).toEqual(DEPLOYED[on]);
    const climbed = [moved(on, 5, true), moved(on, 25, true), moved(on, 100, true), moved(on, 100, false)];
    expect(steps(cloud).slice(-4 - CLEANED.length)).toEqual([...climbed, ...CLEANED]);
    expect(new Set(cloud.answered)).toEqual(new Set([`POST ${AFTER}/ 204`]));
    expect(cloud.jobs()).toEqual([]);

    cloud.calls.length = 0;
    expect(await released(cloud)).toMatchObject({ code: 0, output: `${FN}: unchanged\n` });
    expect(changes(cloud)).toEqual([]);
  });
});

test('whoever stops a release has all traffic back where it was', async () => {
  const cloud = await aCloud('cloud-run');
  const run = await cloud.release({ [FN]: NEW }, ONE);
  await run.says('has 25 %');
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('Stopped by SIGTERM.');
  expect(sharesOf(cloud)).toEqual({ [BEFORE]: 100 });
  expect(cloud.jobs()).toEqual([]);
});

test('so it is where nobody hears it any more', async () => {
  const cloud = await aCloud('knative');
  const run = await cloud.release({ [FN]: NEW }, ONE);
  await run.says('has 25 %');
  run.child.stdout.destroy();
  run.child.stderr.destroy();
  run.child.kill('SIGHUP');
  expect(await run.ended).toBe(1);
  expect(sharesOf(cloud)).toEqual({ [BEFORE]: 100 });
});

test('after a release that was killed the next one says so, and --return ends it', async () => {
  const cloud = await aCloud('knative');
  const run = await cloud.release({ [FN]: NEW }, ONE);
  await run.says('has 25 %');
  run.child.kill('SIGKILL');
  await run.ended;
  expect(sharesOf(cloud)).toEqual({ [AFTER]: '25 candidate', [BEFORE]: 75 });

  const { code, output } = await released(cloud);
  expect(output).toContain(`npm run release -- --return --function ${FN} ends it`);
  expect(code).toBe(1);
  expect(await released(cloud, ['--return', '--function', FN])).toMatchObject({ code: 0 });
  expect(sharesOf(cloud)).toEqual({ [BEFORE]: 100 });
});

test('--return gives all traffic to the revision before what serves', async () => {
  const cloud = await aCloud('cloud-run');
  cloud.serving.deploy(FN, NEW);
  expect(sharesOf(cloud)).toEqual({ [AFTER]: 100 });
  expect(await released(cloud, ['--return', '--function', FN])).toMatchObject({
    code: 0,
    output: `${FN}: ${BEFORE} serves\n`,
  });
  expect(sharesOf(cloud)).toEqual({ [BEFORE]: 100 });
});

test('--to names another one, as where the one before went back itself', async () => {
  const cloud = await aCloud('knative');
  for (const image of [NEW, OLD]) cloud.serving.deploy(FN, image);
  expect(sharesOf(cloud)).toEqual({ [`${FN}-00003`]: 100 });
  expect(await released(cloud, ['--return', '--function', FN, '--to', BEFORE])).toMatchObject({ code: 0 });
  expect(sharesOf(cloud)).toEqual({ [BEFORE]: 100 });
});

test('--changed says what changes and releases that alone; --plan changes nothing', async () => {
  const cloud = await aCloud('knative');
  cloud.serving.create(OTHER, OLD);
  const images = { [FN]: OLD, [OTHER]: NEW };
  const planned = await released(cloud, ['--changed', '--plan'], images);
  expect(planned.output).toContain(`${FN}: unchanged\n`);
  expect(planned.output).toContain(
    `${OTHER}: sha256:${'c'.repeat(64)}, where ${OTHER}-00001 serves another\n`,
  );
  expect(changes(cloud)).toEqual([]);

  expect(await released(cloud, ['--changed', '--step-minutes', '0.008'], images)).toMatchObject({ code: 0 });
  expect(sharesOf(cloud, OTHER)).toEqual({ [`${OTHER}-00002`]: 100 });
  expect(sharesOf(cloud)).toEqual({ [BEFORE]: 100 });
  expect(new Set(cloud.answered)).toEqual(new Set([`GET ${OTHER}-00002/v1/accounts 401`]));
});

test.each([
  [['--function', 'no-such'], 'There is no function no-such'],
  [['--changed', '--function', FN], 'It takes --changed or --function'],
  [['--return', '--changed'], '--return takes --function'],
  [['--function', FN, '--to', BEFORE], '--to says where one function is returned to'],
  [['--changd'], "Unknown option '--changd'"],
])('%j is refused in one line', async (args, why) => {
  const cloud = await aCloud('knative');
  const { code, output } = await released(cloud, args);
  expect(output).toContain(why);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
});
