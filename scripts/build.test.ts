import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from '../local/child.ts';
import { freePort } from '../local/ports.ts';
import { buildEntries } from './build.ts';

const ENTRY = `
  import * as z from 'zod';
  import { serve } from './shared/runtime/main.ts';
  import { onRequest } from './shared/runtime/on-request.ts';
  const routes = {
    'GET /well': async () => ({ status: 204 }),
    'GET /passkey': async () => {
      const { generateRegistrationOptions } = await import('@simplewebauthn/server');
      const { challenge } = await generateRegistrationOptions({ rpName: 'n', rpID: 'r', userName: 'u' });
      return { status: challenge ? 204 : 500 };
    },
    'GET /throws': async () => {
      setTimeout(() => { throw new TypeError('of DK5000400440116243'); });
      return new Promise(() => {});
    },
  };
  const declared = { name: 'entry', caller: 'bank', publishes: [], impact: '' };
  serve(onRequest({ ...declared, config: z.object({}), connect: () => ({}), routes }));`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/bundle-`);
  await buildEntries(new Map([['entry', ENTRY]]), { folder });
});

afterAll(() => rm(folder, { recursive: true }));

/** The bundle's own process, once it answers. */
async function started(more: Record<string, string> = {}) {
  const port = await freePort();
  const lines: string[] = [];
  const env = { GOOGLE_CLOUD_PROJECT: 'demo', HOST: '127.0.0.1', PORT: String(port), ...more };
  const child = start([process.execPath, `${folder}/entry/start.cjs`], {
    env,
    onLine: (line) => lines.push(line),
  });
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      ({ status }) => status,
      () => undefined,
    );
  while ((await ask('/healthz')) === undefined) await new Promise((wake) => setTimeout(wake, 10));
  return { child, lines, ask };
}

const caches = async () => (await readdir(`${folder}/entry`)).filter((file) => file.endsWith('.cache'));

test('what is thrown in nobody’s hands ends the process, and is told without what it says', async () => {
  const { child, lines, ask } = await started();
  expect(await ask('/well')).toBe(204);
  expect(await ask('/throws')).toBeUndefined();
  expect(await child.ended).toEqual({ code: 1, signal: null });
  expect(lines.find((line) => line.includes('uncaught'))).toContain('"errorName":"TypeError"');
  expect(lines.join('\n')).not.toContain('DK50');
});

test('a library that few calls need is beside the bundle, and found by the call that needs it', async () => {
  expect(await readdir(`${folder}/entry/node_modules`)).toEqual(['@simplewebauthn', 'google-auth-library']);
  expect(await readFile(`${folder}/entry/index.cjs`, 'latin1')).not.toContain('verifyAuthenticationResponse');
  const { child, ask } = await started();
  expect(await ask('/passkey')).toBe(204);
  await child.stop();
});

describe('what V8 compiled', () => {
  test('is kept where that is asked for, and no start needs it', async () => {
    const { child, ask } = await started();
    expect(await ask('/well')).toBe(204);
    await child.stop();
    expect(await caches()).toEqual([]);
    const first = await started({ CODE_CACHE: 'write' });
    expect(await first.ask('/well')).toBe(204);
    await first.child.stop(); // it is written at the latest when it ends
    expect(await caches()).toHaveLength(1);
  });

  test('is made anew where it is broken, or of another Node', async () => {
    const [name = ''] = await caches();
    const file = `${folder}/entry/${name}`;
    const whole = await readFile(file);
    await writeFile(file, Buffer.concat([Buffer.alloc(64, 7), whole.subarray(64)]));
    const { child, ask } = await started({ CODE_CACHE: 'write' });
    expect(await ask('/well')).toBe(204);
    await child.stop();
    const again = await readFile(file);
    // Its head says for which V8, its version and flags, it was made.
    expect(again.subarray(0, 16)).toEqual(whole.subarray(0, 16));
  });

  test('is taken by the next start, whatever room V8 had when it was written', async () => {
    const [name = ''] = await caches();
    const file = `${folder}/entry/${name}`;
    const before = await readFile(file);
    const { child, ask } = await started({ CODE_CACHE: 'write' });
    expect(await ask('/well')).toBe(204);
    await child.stop();
    // One that was refused would have been written again, and never the same.
    expect((await readFile(file)).equals(before)).toBe(true);
  });
});
