import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registry } from '../../functions/registry.ts';
import { cloudRun } from '../../operate/release/cloud-run.ts';
import type { Host } from '../../operate/release/host.ts';
import { knative } from '../../operate/release/knative.ts';
import { prometheus } from '../../operate/release/metrics.ts';
import { type Change, changeOf } from '../../operate/release/plan.ts';
import { release } from '../../operate/release/release.ts';
import { type Cloud, type On, openCloud, PROJECT } from './cloud.ts';
import { BROKEN } from './serving.ts';
import type { Does } from './traffic.ts';
import { AFTER, BEFORE, changes, FN, moved, NEW, OLD } from './typed.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await openCloud('knative');
  cloud.serving.create(FN, OLD);
});
afterEach(() => cloud.close());

function hostOf(on: On): Host {
  return on === 'knative'
    ? knative({ project: PROJECT, namespace: 'counterfoil' }, cloud.say)
    : cloudRun({ project: PROJECT, region: 'europe-west1' }, cloud.say);
}

async function planned(host: Host, image: string): Promise<Change> {
  const fn = registry.map((entry) => entry.fn).find(({ name }) => name === FN);
  const change = fn && (await changeOf(host, fn, image));
  if (!change) throw new Error('nothing changes');
  return change;
}

/** In this process: what `npm run release` does once it has read what is typed. */
async function released({
  on = 'knative',
  image = NEW,
  when = {},
  meanwhile = () => {},
  stopping = new AbortController(),
}: {
  on?: On;
  image?: string;
  /** What happens when this is told. */
  when?: Record<string, () => void>;
  /** What happens between the plan and the release. */
  meanwhile?: () => void;
  stopping?: AbortController;
} = {}) {
  const told: string[] = [];
  const host = hostOf(on);
  const change = await planned(host, image);
  meanwhile();
  const tell = (line: string) => {
    told.push(line);
    for (const [text, act] of Object.entries(when)) if (line.includes(text)) act();
  };
  const metrics = prometheus(cloud.address(), undefined, 10);
  const verdict = await release(change, { host, metrics, stepMs: 300, signal: stopping.signal, tell }).catch(
    (error: Error) => error,
  );
  const shares = cloud.serving.resolved(FN).map(({ revisionName, percent }) => [revisionName, percent]);
  return { verdict, told, shares };
}

const WENT_BACK = [[BEFORE, 100]];

describe.each<On>(['cloud-run', 'knative'])('on %s', (on) => {
  const steps = () => changes(cloud).filter((call) => !call.includes(' scheduler '));

  test('a bad release goes back by itself while it has 5 %, and says why', async () => {
    cloud.does(AFTER, { errors: 30 });
    expect(await released({ on })).toMatchObject({
      verdict: {
        is: 'worse',
        why: expect.stringMatching(/^errors: [\d,]+ of [\d,]+ failed, before it were 0 of [\d,]+$/),
      },
      shares: WENT_BACK,
    });
    expect(steps().slice(1)).toEqual([moved(on, 5, true), moved(on, 0, false)]);
    expect(cloud.jobs()).toEqual([]);
  });

  test('a release whose metrics are missing goes back by itself', async () => {
    cloud.does(AFTER, { uncounted: true });
    expect(await released({ on })).toMatchObject({
      verdict: { is: 'unknown', why: 'metrics: no call of it was counted, and it was called' },
      shares: WENT_BACK,
    });
    expect(steps().slice(1)).toEqual([moved(on, 5, true), moved(on, 0, false)]);
    expect(cloud.jobs()).toEqual([]);
  });
});

test.each<[string, Does, RegExp]>([
  ['what it parks', { parked: 10 }, /^parked: .* were parked/],
  ['what it finds to contradict itself', { conflicts: 10 }, /^conflicts: .* contradicted/],
  ['what takes it too long', { slow: 50 }, /^latency: .* took over a second/],
  ['what it answers where no traffic comes', { answers: 500 }, /^under its tag it answered with 500$/],
])('a release goes back for %s', async (_, does, why) => {
  cloud.does(AFTER, does);
  expect(await released()).toMatchObject({
    verdict: { is: 'worse', why: expect.stringMatching(why) },
    shares: WENT_BACK,
  });
});

test('what the revision before does as badly is no reason', async () => {
  cloud.does(BEFORE, { errors: 30, slow: 30 });
  cloud.does(AFTER, { errors: 30, slow: 30 });
  expect(await released()).toMatchObject({ verdict: undefined, shares: [[AFTER, 100]] });
});

test('what answers wrongly under its tag never gets traffic', async () => {
  cloud.does(AFTER, { answers: 500 });
  const { told } = await released();
  expect(told.join()).not.toContain('%');
});

test.each([
  ['has 5 %', () => cloud.drifts(), /^drift: \d+ of 1,000 accounts were not as the bank has them/],
  ['has 100 %', () => cloud.does(AFTER, { errors: 50 }), /^errors: /],
])('what begins when it %s is seen as well', async (step, act, why) => {
  const { verdict, shares } = await released({ when: { [step]: act } });
  expect({ verdict, shares }).toMatchObject({
    verdict: { is: 'worse', why: expect.stringMatching(why) },
    shares: WENT_BACK,
  });
});

test('where its calls are no longer counted nobody can tell', async () => {
  const when = { 'has 25 %': () => cloud.does(AFTER, { uncounted: true }) };
  expect(await released({ when })).toMatchObject({ verdict: { is: 'unknown' }, shares: WENT_BACK });
});

test('nor where far fewer of its calls are counted than it has traffic', async () => {
  cloud.does(AFTER, { lost: 70 });
  expect(await released()).toMatchObject({
    verdict: {
      is: 'unknown',
      why: expect.stringMatching(
        /^metrics: \d+ calls that came to it were counted, and \d+ were to come with (5|25) % of the traffic/,
      ),
    },
    shares: WENT_BACK,
  });
});

test('where nobody answers for the metrics, a release goes back', async () => {
  cloud.silence();
  expect(await released()).toMatchObject({
    verdict: {
      is: 'unknown',
      why: expect.stringMatching(/^metrics: http:\S+ does not tell: it answered 503$/),
    },
    shares: WENT_BACK,
  });
});

test.each<On>(['cloud-run', 'knative'])(
  'an image that does not start on %s gets no traffic, and the reason is told',
  async (on) => {
    const { verdict, shares } = await released({ on, image: BROKEN });
    expect(verdict).toMatchObject({
      name: 'Refusal',
      message: expect.stringMatching(/failed to start|did not start/),
    });
    expect(shares).toEqual(WENT_BACK);
  },
);

test.each<On>(['cloud-run', 'knative'])(
  'a configuration that was deployed on %s beside what serves is released as an image is',
  async (on) => {
    cloud.serving.route(FN, [{ revisionName: BEFORE, percent: 100 }]);
    cloud.serving.deploy(FN, OLD);
    expect(await released({ on, image: OLD })).toMatchObject({ verdict: undefined, shares: [[AFTER, 100]] });
    expect(cloud.calls.join()).not.toMatch(/template|services update /);
  },
);

test.each([
  ['has 5 %', { [`${FN}-00003`]: 100 }],
  ['has 25 %', { [BEFORE]: 100 }],
  ['has 100 %', { [`${FN}-00003`]: 100 }],
])(
  'where somebody else moves the traffic when it %s, it ends there and leaves it to them',
  async (line, to) => {
    const moves = () => {
      cloud.serving.deploy(FN, OLD);
      const traffic = Object.entries(to).map(([revisionName, percent]) => ({ revisionName, percent }));
      cloud.serving.route(FN, traffic);
      cloud.calls.length = 0;
    };
    const { verdict, shares } = await released({ when: { [line]: moves } });
    expect(verdict).toEqual({ is: 'taken over', why: 'somebody else moved its traffic' });
    expect(shares).toEqual(Object.entries(to));
    expect(changes(cloud)).toEqual([]);
  },
);

test('what goes wrong meanwhile leaves it to them as well', async () => {
  const third = `${FN}-00003`;
  const moves = () => {
    cloud.serving.deploy(FN, OLD);
    cloud.serving.route(FN, [{ revisionName: third, percent: 100 }]);
    throw new Error('it broke');
  };
  const { verdict, shares, told } = await released({ when: { 'has 5 %': moves } });
  expect(verdict).toMatchObject({ message: 'it broke' });
  expect(told).toContain(`${third} has traffic from somebody else, and keeps it`);
  expect(shares).toEqual([[third, 100]]);
});

test('nor is anything done where another serves by then than when it was planned', async () => {
  const third = `${FN}-00003`;
  const meanwhile = () => {
    cloud.serving.deploy(FN, OLD);
    cloud.serving.deploy(FN, OLD);
    cloud.serving.route(FN, [{ revisionName: third, percent: 100 }]);
  };
  const { verdict, shares } = await released({ meanwhile });
  expect(verdict).toMatchObject({ is: 'taken over' });
  expect(shares).toEqual([[third, 100]]);
  expect(changes(cloud)).toEqual([]);
});

test('what is stopped before it has traffic never gets any', async () => {
  const stopping = new AbortController();
  const when = { 'without traffic': () => stopping.abort(new Error('stopped')) };
  const { verdict, told, shares } = await released({ stopping, when });
  expect(verdict).toMatchObject({ message: 'stopped' });
  expect(told.join()).not.toContain('has 5 %');
  expect(shares).toEqual(WENT_BACK);
});

test('what somebody else deploys while a revision gets ready is not released in its place', async () => {
  const { say } = cloud;
  const other = `images.example/fn@sha256:${'d'.repeat(64)}`;
  let isPatched = false;
  cloud.say = async (command, args) => {
    if (isPatched && cloud.serving.imageOf(FN) === NEW) cloud.serving.deploy(FN, other);
    isPatched ||= args[0] === 'patch';
    return say(command, args);
  };
  const { verdict, told, shares } = await released();
  expect(verdict).toMatchObject({
    message: `${FN}-00003 was made by somebody else meanwhile, of another image.`,
  });
  expect(told.join()).not.toContain('%');
  expect(shares).toEqual(WENT_BACK);
});
