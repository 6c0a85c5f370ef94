import { defineCommand } from 'citty';
import { driftLines, summaryLines } from './coherence/lines.ts';
import { readCoherence } from './coherence/read.ts';
import { runAsMain } from './command.ts';
import { openEnvironment } from './environment.ts';
import { harmless } from './text.ts';

const command = defineCommand({
  meta: {
    name: 'npm run coherence --',
    description:
      'How far our half of the ledger is as the banks have it: how far their lists are read, how far the round through all ' +
      'accounts has come, and what differs, by cause',
  },
  args: {
    open: {
      type: 'boolean',
      default: false,
      description: 'Each drift that is not settled, with its evidence',
    },
    project: { type: 'string', description: 'The project to look at' },
  },
  async run({ args }) {
    const { platform, name } = await openEnvironment(args.project);
    const coherence = await readCoherence(platform);
    console.log(`In ${name}:`);
    const lines = args.open ? driftLines(coherence) : summaryLines(coherence, new Date());
    for (const line of lines) console.log(harmless(line));
    // As of a check that failed, for whoever asks from a script.
    if (coherence.unsettled.some(({ state }) => state === 'open')) process.exitCode = 1;
  },
});

await runAsMain(command);
