import { start } from '../../local/child.ts';
import { buildFunctions } from '../build.ts';
import { candidatesOn, textbookOf } from './candidates.ts';
import { type Candidate, residentMegabytes } from './cold.ts';
import { median, printTable, ratio } from './figures.ts';
import { type Ground, openGround } from './ground.ts';

// What a process has of memory after so many requests, each of them with its real calls to the emulators: what an idle
// instance is paid for. Against the textbook function that does the same.
const ROUNDS = Number(process.argv[2] ?? 3);
const REQUESTS = 1000;
const MEASURED = ['receive-bank-webhook', 'record-transaction', 'serve-accounts'];

async function main(): Promise<void> {
  await buildFunctions();
  const ground = await openGround();
  try {
    const all = await candidatesOn(ground);
    const wanted = MEASURED.flatMap((name) => [textbookOf(name), name]);
    const measured = wanted.flatMap((name) => all.filter((candidate) => candidate.name === name));
    const megabytes = new Map<string, number[]>(measured.map(({ name }) => [name, []]));
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`round ${round} of ${ROUNDS}\r`);
      for (const candidate of measured)
        megabytes.get(candidate.name)?.push(await afterRequests(ground, candidate));
    }
    const of = (name: string) => megabytes.get(name) ?? [];
    printTable([
      [`after ${REQUESTS} requests`, 'MB', 'x its textbook function'],
      ...measured.map(({ name }) => [
        name,
        median(of(name)).toFixed(0),
        ratio(of(name), of(textbookOf(name))).toFixed(2),
      ]),
    ]);
  } finally {
    await ground.close();
  }
}

async function afterRequests(ground: Ground, { name, command, call, env }: Candidate): Promise<number> {
  const lines: string[] = [];
  const child = start(command, {
    env: { ...ground.env, ...env, PORT: String(ground.port) },
    onLine: (line) => lines.push(line),
  });
  const ask = async () => {
    const { path, ...request } = call();
    const response = await fetch(`http://127.0.0.1:${ground.port}${path}`, request);
    await response.arrayBuffer();
    return response;
  };
  try {
    const deadline = Date.now() + 20_000;
    while (!(await ask().catch(() => undefined))) {
      if (Date.now() > deadline) throw new Error(`${name} did not answer: ${lines.join('\n')}`);
      await new Promise((wake) => setTimeout(wake, 5));
    }
    // One after another: the textbook's transactions on one account would lose to each other.
    for (let n = 0; n < REQUESTS; n += 1) {
      const { ok, status } = await ask();
      if (!ok) throw new Error(`${name} answered ${status}`);
    }
    return residentMegabytes(child.pid);
  } finally {
    await child.stop();
  }
}

await main();
