import { defineCommand } from 'citty';
import { runAsMain } from './command.ts';
import { drop } from './parked/drop.ts';
import { list } from './parked/list.ts';
import { redrive } from './parked/redrive.ts';
import { show } from './parked/show.ts';

const parked = defineCommand({
  meta: {
    name: 'npm run parked --',
    description: 'What could not be processed: look at it, redrive it once its cause is gone, or drop it',
  },
  subCommands: { list, show, redrive, drop },
});

await runAsMain(parked);
