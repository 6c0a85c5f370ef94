import { defineCommand } from 'citty';
import { writeParkedState } from '../../shared/store/parked.ts';
import { confirmChange } from '../command.ts';
import { openEnvironment } from '../environment.ts';
import { Refusal } from '../refusal.ts';
import { commitAudited } from './audited.ts';
import { readParked } from './read.ts';

export const drop = defineCommand({
  meta: { name: 'drop', description: 'Have one never handled, and say why' },
  args: {
    id: { type: 'positional', required: true, description: 'As in prk_4y...' },
    why: { type: 'string', required: true, valueHint: 'text', description: 'For whoever asks later' },
    yes: { type: 'boolean', default: false, description: 'Do not ask' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const why = args.why?.trim();
    if (!why) throw new Refusal('--why says in a few words why nobody needs it.');
    const environment = await openEnvironment(args.project);
    const { platform } = environment;
    const { read, parked } = await readParked(platform, args.id);
    if (parked.state !== 'waiting') {
      throw new Refusal(`${parked.id} is ${parked.state}: only what waits is dropped.`);
    }
    const what = `drop ${parked.id}, which ${parked.function} gave up for ${parked.reason}`;
    await confirmChange(environment, what, args);
    const by = await environment.operator();
    const entry = { at: new Date().toISOString(), by, action: 'drop', parkedId: parked.id, why } as const;
    if (!(await commitAudited(platform, entry, [writeParkedState(read, 'dropped')]))) {
      throw new Refusal(`${parked.id} is another than a moment ago: look at it again with show.`);
    }
    console.log(`${parked.id} is dropped.`);
  },
});
