import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Refusal } from '../../operate/refusal.ts';
import type { Say } from '../../operate/release/command.ts';
import { openGcloud } from './gcloud.ts';
import { openKubectl } from './kubectl.ts';
import { openServing } from './serving.ts';
import { type Does, openTraffic } from './traffic.ts';

export type On = 'cloud-run' | 'knative';

export const PROJECT = 'demo-counterfoil';

/** A place to release to, on this machine: `gcloud` and `kubectl` that record what is typed, and Prometheus' API. */
export async function openCloud(on: On) {
  const folder = await mkdtemp(join(tmpdir(), 'release-'));
  const calls: string[] = [];
  const answered: string[] = [];
  let server: Server;
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const serving = openServing((revision) => `${address()}/at/${revision}`);
  const gcloud = openGcloud(serving);
  const kubectl = openKubectl(serving, 'counterfoil');
  const traffic = openTraffic(serving);

  server = createServer((request, response) => {
    void (async () => {
      const body = await textOf(request);
      const url = request.url ?? '';
      if (url === '/command') return response.end(JSON.stringify(await command(body)));
      if (url === '/api/v1/query') {
        const value = traffic.told(new URLSearchParams(body).get('query') ?? '');
        if (value === 'silent') return response.writeHead(503).end();
        return response.end(JSON.stringify(vectorOf(value)));
      }
      const [, , revision = ''] = url.split('/');
      const status = traffic.answer(revision, request.headers.authorization, body);
      answered.push(`${request.method} ${url.replace(/^\/at\//, '')} ${status}`);
      return response.writeHead(status).end();
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  const say: Say = async (command, args) => {
    calls.push(`${command} ${args.join(' ')}`);
    return (command === 'gcloud' ? gcloud : kubectl).say(args).catch((error: Error) => {
      throw new Refusal(error.message);
    });
  };

  async function command(body: string) {
    const { name, args } = JSON.parse(body) as { name: string; args: string[] };
    try {
      return { code: 0, stdout: `${await say(name, args)}\n`, stderr: '' };
    } catch (error) {
      return { code: 1, stdout: '', stderr: `ERROR: ${(error as Error).message}\n` };
    }
  }

  for (const name of ['gcloud', 'kubectl']) {
    const script = `#!/bin/sh\nexec "${process.execPath}" "${resolve('tests/release/command.mjs')}" ${name} "$@"\n`;
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }

  return {
    serving,
    address,
    /** What `gcloud` and `kubectl` say, without a process of theirs. */
    say,
    /** What was typed that changes something, in short; and what the candidates answered. */
    calls,
    answered,
    jobs: gcloud.jobs,
    /** From now on a revision is so. */
    does: (revision: string, does: Does) => traffic.does(revision, does),
    drifts: traffic.drifts,
    silence: traffic.silence,

    /** `npm run release` as it is typed, with these images pushed. */
    async release(images: Readonly<Record<string, string>>, args: readonly string[]) {
      const file = join(folder, 'digests.json');
      await writeFile(file, JSON.stringify(images));
      const where = on === 'knative' ? [] : ['--region', 'europe-west1'];
      const all = [
        '--on',
        on,
        '--project',
        PROJECT,
        ...where,
        '--images',
        file,
        '--prometheus',
        address(),
        ...args,
      ];
      const child = spawn(process.execPath, ['--import', 'tsx', 'operate/release.ts', ...all], {
        env: {
          ...process.env,
          PATH: `${folder}:${process.env.PATH}`,
          CLOUD_STAND_IN: `${address()}/command`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (part: Buffer) => (output += part));
      const ended = new Promise<number | null>((done) => child.once('exit', done));
      return {
        child,
        ended,
        output: () => output,
        /** Until it has said this. */
        async says(text: string): Promise<void> {
          while (!output.includes(text)) {
            if (child.exitCode !== null) throw new Error(`It ended and did not say ${text}:\n${output}`);
            await new Promise((wake) => setTimeout(wake, 20));
          }
        },
      };
    },

    async close(): Promise<void> {
      traffic.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true });
    },
  };
}

export type Cloud = Awaited<ReturnType<typeof openCloud>>;

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function vectorOf(value: number | undefined) {
  const result = value === undefined ? [] : [{ metric: {}, value: [0, String(value)] }];
  return { status: 'success', data: { resultType: 'vector', result } };
}
