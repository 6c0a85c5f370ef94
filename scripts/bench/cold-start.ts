import { rm } from 'node:fs/promises';
import { registry } from '../../functions/registry.ts';
import { buildFunctions } from '../build.ts';
import { candidatesOn, TELLING, textbookOf } from './candidates.ts';
import { coldStart } from './cold.ts';
import { printParts } from './cold-parts.ts';
import { median, printTable, ratio } from './figures.ts';
import { openGround, warmUp } from './ground.ts';

// From spawn to the first 2xx of a real call, on real emulators: what a customer waits for who meets a function
// that sleeps. The emulators are warm, as the services are, or half of what is measured were theirs. Every candidate
// once a round, so that all meet the same noise.
const ROUNDS = Number(process.argv[2] ?? 9);

async function main(): Promise<void> {
  await rm('dist', { recursive: true, force: true }); // with the code caches of other runs
  await buildFunctions();
  const ground = await openGround();
  try {
    await warmUp(ground);
    const candidates = await candidatesOn(ground);
    const figures = new Map(candidates.map(({ name }) => [name, { ms: [] as number[], mb: [] as number[] }]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      process.stderr.write(`round ${round} of ${ROUNDS}\r`);
      for (const candidate of candidates) {
        const { ms, mb } = await coldStart(ground, candidate);
        if (round === 0) continue; // from here on the disk's cache is warm, and ours is written
        figures.get(candidate.name)?.ms.push(ms);
        figures.get(candidate.name)?.mb.push(mb);
      }
    }
    const of = (name: string) => figures.get(name) ?? { ms: [], mb: [] };
    printTable([
      [
        'cold start to first 2xx',
        'ms',
        'MB',
        'x plain Node',
        'x empty framework function',
        'x its textbook function',
        'with telemetry: x without',
      ],
      ...candidates
        .filter(({ name }) => !name.endsWith(TELLING))
        .map(({ name }) => [
          name,
          median(of(name).ms).toFixed(0),
          median(of(name).mb).toFixed(0),
          ratio(of(name).ms, of('plain Node').ms).toFixed(2),
          ratio(of(name).ms, of('empty framework function').ms).toFixed(2),
          ratio(of(name).ms, of(textbookOf(name)).ms).toFixed(2),
          figures.has(name + TELLING) ? ratio(of(name + TELLING).ms, of(name).ms).toFixed(2) : '',
        ]),
    ]);
    console.log();
    const own = candidates.filter(({ name }) => registry.some(({ fn }) => fn.name === name));
    await printParts(ground, own, ROUNDS);
  } finally {
    await ground.close();
  }
}

await main();
