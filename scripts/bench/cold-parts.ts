import { buildEntries } from '../build.ts';
import { type Candidate, coldStart } from './cold.ts';
import { median, printTable } from './figures.ts';
import type { Ground } from './ground.ts';

const FOLDER = '.local/cold';
const MARKS = './scripts/bench/baselines/marks.cjs';

/** What is common to all functions, each in a bundle of its own that is started as they are. */
const LAYERS = {
  framework:
    "import { http } from '@google-cloud/functions-framework';" +
    "import { getTestServer } from '@google-cloud/functions-framework/testing';" +
    "http('empty', (_request, response) => response.sendStatus(204));" +
    "getTestServer('empty').listen(Number(process.env.PORT), '127.0.0.1');",
  runtime:
    "import { serve } from './shared/runtime/main.ts';" +
    "import { onRequest } from './shared/runtime/on-request.ts';" +
    "import * as z from 'zod';" +
    "const routes = { 'GET /': async () => ({ status: 204 }) };" +
    "serve(onRequest({ name: 'empty', caller: 'bank', publishes: [], impact: '', config: z.object({})," +
    'connect: () => ({}), routes }));',
} as const;

type Marks = {
  readonly node: number;
  readonly loaded: number;
  readonly called: number;
  readonly answered: number;
};

/**
 * Of which parts a cold start is made, in medians: Node itself, loading the framework, what our runtime and its
 * libraries add to that, what the function's own code and schemas add, and its first call, with all that it waits for.
 */
export async function printParts(
  ground: Ground,
  functions: readonly Candidate[],
  rounds: number,
): Promise<void> {
  await buildEntries(new Map(Object.entries(LAYERS)), { folder: FOLDER });
  const layers = Object.keys(LAYERS).map((name): Candidate => {
    const call = () => ({ path: '/', method: 'GET', headers: {} });
    return {
      name,
      command: [process.execPath, `${FOLDER}/${name}/start.cjs`],
      call,
      env: { CODE_CACHE: 'write' },
    };
  });
  const marks = new Map<string, Marks[]>();
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`parts: round ${round} of ${rounds}\r`);
    for (const { command, ...candidate } of [...layers, ...functions]) {
      const [node, ...args] = command;
      const { lines } = await coldStart(ground, {
        ...candidate,
        command: [node, '--require', MARKS, ...args],
      });
      const told = await marksIn(lines);
      if (round > 0) marks.set(candidate.name, [...(marks.get(candidate.name) ?? []), told]);
    }
  }
  const part = (name: string, of: (marks: Marks) => number) => median((marks.get(name) ?? []).map(of));
  const loading = (name: string) => part(name, ({ node, loaded }) => loaded - node);
  const [framework, runtime] = [loading('framework'), loading('runtime')];
  printTable([
    ['a cold start, in ms', 'Node', 'framework', 'runtime', 'own and schemas', 'first call'],
    ...functions.map(({ name }) => [
      name,
      part(name, ({ node }) => node).toFixed(0),
      framework.toFixed(0),
      (runtime - framework).toFixed(0),
      (loading(name) - runtime).toFixed(0),
      part(name, ({ called, answered }) => answered - called).toFixed(0),
    ]),
  ]);
}

/** What it said last may come when it has ended. */
async function marksIn(lines: readonly string[]): Promise<Marks> {
  for (let tries = 0; tries < 100; tries += 1) {
    const line = lines.find((each) => each.startsWith('marks '));
    if (line) return JSON.parse(line.slice('marks '.length)) as Marks;
    await new Promise((wake) => setTimeout(wake, 10));
  }
  throw new Error(`it did not say how far it had got: ${lines.join('\n')}`);
}
