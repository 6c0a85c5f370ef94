import { writeFile } from 'node:fs/promises';
import { defineCommand } from 'citty';
import { registry } from '../functions/registry.ts';
import { runAsMain } from '../operate/command.ts';
import { Refusal } from '../operate/refusal.ts';
import { candidatesOn } from './bench/candidates.ts';
import { printTable } from './bench/figures.ts';
import { openGround } from './bench/ground.ts';
import { buildFunctions } from './build.ts';
import { flameGraph } from './profile/flame.ts';
import { placesIn } from './profile/places.ts';
import { callTree, type Frame, sharesOf, type Taken } from './profile/tree.ts';
import { PROFILE, profileUnderLoad, WARM_UP } from './profile/under-load.ts';

const FOLDER = '.local/profile';
const AT_ONCE = 16;

const profileCommand = defineCommand({
  meta: {
    name: 'npm run profile --',
    description:
      'Calls one function’s bundle on real emulators, and shows where its processor time goes: by owner here, by function in docs/profile/<function>.svg',
  },
  args: {
    function: { type: 'positional', required: true, description: 'As in functions/registry.ts' },
    requests: { type: 'string', default: '5000', description: `How many, after ${WARM_UP} that warm it up` },
  },
  async run({ args }) {
    const name = args.function;
    const requests = Number(args.requests);
    const functions = registry.filter(({ fn }) => fn.name === name);
    if (functions.length === 0) throw new Refusal(`No function is named ${name}.`);
    if (!Number.isSafeInteger(requests) || requests < 100)
      throw new Refusal('--requests is a whole number from 100.');
    await buildFunctions(functions, { folder: FOLDER, sourcemap: true });
    const folder = `${FOLDER}/${name}`;
    const taken = await profiled(name, { folder, requests });
    const tree = callTree(taken, placesIn(folder));
    const title =
      `${name}: ${requests.toLocaleString('en')} requests, ${AT_ONCE} at once, Node ${process.versions.node}, ` +
      `${tree.all.toLocaleString('en')} samples while it worked`;
    await writeFile(`docs/profile/${name}.svg`, await flameGraph(tree, { title }));
    print(title, tree);
    console.log(`\ndocs/profile/${name}.svg shows it; ${folder}/${PROFILE} is for other viewers.`);
  },
});

async function profiled(name: string, how: { folder: string; requests: number }): Promise<Taken> {
  const ground = await openGround();
  try {
    const candidate = (await candidatesOn(ground)).find((each) => each.name === name);
    if (!candidate) throw new Refusal(`Nothing calls ${name} in scripts/bench/candidates.ts.`);
    return await profileUnderLoad(ground, { candidate, ...how, atOnce: AT_ONCE });
  } finally {
    await ground.close();
  }
}

function print(title: string, tree: Frame): void {
  const percent = (samples: number) => `${((samples / tree.all) * 100).toFixed(1)} %`;
  console.log(`${title}\n`);
  printTable([
    ['share of processor time', 'own code', 'with Node’s work for it'],
    ...[...sharesOf(tree)].map(([owner, { own, withNode }]) => [owner, percent(own), percent(withNode)]),
  ]);
}

await runAsMain(profileCommand);
