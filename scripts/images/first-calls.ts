import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { FirstCall } from './caches.ts';

// Runs in a container of the base image, by the Node that will run the functions: starts each as its image does, lets it answer
// its first call, and has it write what V8 compiled for that. Nobody else is there: the cloud is a stand-in that knows nothing.
const CLOUD_PORT = 9000;
const PORT = '9001';
const url = `http://127.0.0.1:${PORT}`;

async function main(): Promise<void> {
  const cloud = createServer(({ url: asked = '' }, response) => {
    const answer = asked.endsWith(':publish') ? { messageIds: ['1'] } : asked.endsWith(':commit') ? {} : [];
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((listening) => cloud.listen(CLOUD_PORT, '127.0.0.1', listening));
  const calls = JSON.parse(readFileSync('/first-calls/calls.json', 'utf8')) as readonly FirstCall[];
  for (const call of calls) await cacheOf(call);
  cloud.close();
}

async function cacheOf({ name, path, env, ...request }: FirstCall): Promise<void> {
  const folder = mkdtempSync('/tmp/function-');
  for (const file of ['index.cjs', 'start.cjs', 'node_modules'])
    cpSync(`/dist/${name}/${file}`, `${folder}/${file}`, { recursive: true });
  const cloud = `127.0.0.1:${CLOUD_PORT}`;
  const emulators = { FIRESTORE_EMULATOR_HOST: cloud, PUBSUB_EMULATOR_HOST: cloud };
  const child = spawn(process.execPath, [`${folder}/start.cjs`], {
    env: { ...env, ...emulators, FIREBASE_AUTH_EMULATOR_HOST: cloud, PORT, CODE_CACHE: 'write' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<number | null>((end) => child.once('exit', end));
  while (child.exitCode === null && !(await fetch(`${url}/healthz`).catch(() => undefined))?.ok)
    await new Promise((wake) => setTimeout(wake, 10));
  const signal = AbortSignal.timeout(2500); // whatever it answers, it has been through most of its code
  await fetch(url + path, { ...request, signal }).catch(() => undefined);
  child.kill('SIGTERM');
  await ended;
  const made = readdirSync(folder).find((file) => file.endsWith('.cache'));
  if (!made) throw new Error(`${name} wrote no code cache`);
  copyFileSync(`${folder}/${made}`, `/caches/${made}`);
}

void main();
