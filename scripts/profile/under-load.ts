import { readFile, rm } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { start } from '../../local/child.ts';
import { Refusal } from '../../operate/refusal.ts';
import type { Call, Candidate } from '../bench/cold.ts';
import type { Ground } from '../bench/ground.ts';
import type { Taken } from './tree.ts';

type Load = { readonly requests: number; readonly atOnce: number };
type Profiled = Load & { readonly folder: string; readonly candidate: Candidate };

/** What Node writes into the bundle's folder; Chrome's DevTools and speedscope.app show it too. */
export const PROFILE = 'taken.cpuprofile';

// Until then much of its time goes into compiling.
export const WARM_UP = 1000;
const ACCOUNTS = 20;

/** Calls a function so often, so many at once, and gives back its profile, of which the warming up is no part. */
export async function profileUnderLoad(
  ground: Ground,
  { folder, candidate, ...load }: Profiled,
): Promise<Taken> {
  const url = `http://127.0.0.1:${ground.port}`;
  const said: string[] = [];
  await rm(`${folder}/${PROFILE}`, { force: true });
  const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${PROFILE}`];
  const spawnedAt = performance.now();
  const child = start([process.execPath, ...options, `${folder}/start.cjs`], {
    // Writing a code cache would be in the picture.
    env: { ...ground.env, ...candidate.env, CODE_CACHE: '', PORT: new URL(url).port },
    onLine: (line) => {
      said.push(line);
      said.splice(0, said.length - 5);
    },
  });
  const since = () => (performance.now() - spawnedAt) * 1000;
  const window = { from: 0, until: 0 };
  try {
    await untilHealthy(url);
    await callAll(url, candidate.call, { ...load, requests: WARM_UP });
    window.from = since();
    await callAll(url, candidate.call, load);
    window.until = since();
  } catch (error) {
    throw new Refusal(`${candidate.name}: ${error}. It said last:\n${said.join('\n')}`);
  } finally {
    await child.stop();
  }
  const profile = JSON.parse(await readFile(`${folder}/${PROFILE}`, 'utf8')) as Profiler.Profile;
  return { profile, from: profile.startTime + window.from, until: profile.startTime + window.until };
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (Date.now() > deadline) throw new Error('it does not answer');
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

async function callAll(url: string, call: Call, { requests, atOnce }: Load): Promise<void> {
  let called = 0;
  const caller = async () => {
    while (called < requests) {
      called += 1;
      const { path, ...request } = onAnotherAccount(call(), called % ACCOUNTS);
      const response = await fetch(url + path, request);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
}

/** A push of one account's is made another's: events of one account alone would wait for each other. */
function onAnotherAccount(called: ReturnType<Call>, n: number): ReturnType<Call> {
  const { message } = JSON.parse(called.body ?? '{}') as { message?: { data: string } };
  if (!message) return called;
  const data = Buffer.from(message.data, 'base64').toString().replaceAll('acct_bench', `acct_bench_${n}`);
  return {
    ...called,
    body: JSON.stringify({ message: { ...message, data: Buffer.from(data).toString('base64') } }),
  };
}
