import { afterEach, describe, expect, test } from 'vitest';
import { type On, openCloud } from './cloud.ts';
import { BROKEN } from './serving.ts';

const FN = 'record-transaction';
const OLD = image('a');
const NEW = image('c');
const [BEFORE, AFTER] = [`${FN}-00001`, `${FN}-00002`];
const SHORT = ['--function', FN, '--step-minutes', '0.015'];

const open: Awaited<ReturnType<typeof openCloud>>[] = [];
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close();
});

function image(letter: string): string {
  return `images.example/${FN}@sha256:${letter.repeat(64)}`;
}

async function aCloud(on: On) {
  const cloud = await openCloud(on);
  open.push(cloud);
  cloud.serving.create(FN, OLD);
  return cloud;
}

async function released(cloud: Awaited<ReturnType<typeof openCloud>>, to = NEW, args = SHORT) {
  const run = await cloud.release({ [FN]: to }, args);
  return { code: await run.ended, output: run.output() };
}

function trafficOf({ serving }: Awaited<ReturnType<typeof openCloud>>) {
  return serving.resolved(FN).map(({ revisionName, percent, tag }) => ({ revisionName, percent, tag }));
}

const ALL_TO = (revisionName: string) => [{ revisionName, percent: 100, tag: undefined }];

describe.each<On>(['cloud-run', 'knative'])('on %s', (on) => {
  test('a good release is called first, and then has 5 %, 25 % and all of the traffic', async () => {
    const cloud = await aCloud(on);
    const { code, output } = await released(cloud);
    expect(output).toContain('released');
    expect(code).toBe(0);
    expect(trafficOf(cloud)).toEqual(ALL_TO(AFTER));
    expect(cloud.jobs()).toEqual([]);
    expect(changes(cloud.calls)).toMatchSnapshot();
  });
});

/** What was typed, without what only asks; what is the same in each is left out. */
function changes(calls: readonly string[]): string[] {
  return calls.filter((call) => !/ (describe|get|print-access-token|print-identity-token) /.test(call));
}
