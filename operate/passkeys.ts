import { defineCommand } from 'citty';
import { confirmChange, runAsMain } from './command.ts';
import { doubtOf } from './customer.ts';
import { openEnvironment } from './environment.ts';
import { linesOf, passkeysAsked, readPasskeys, removePasskeys } from './passkeys/passkeys.ts';
import { Refusal } from './refusal.ts';

const passkeys = defineCommand({
  meta: {
    name: 'npm run passkeys --',
    description:
      'The passkeys of a customer; or takes some away, so that who lost the only one can register another, ' +
      'as anybody’s first: see who they are before you do',
  },
  args: {
    customer: { type: 'positional', required: true, description: 'Their Firebase uid' },
    remove: { type: 'string', valueHint: 'pky_...', description: 'Take this one away' },
    'remove-all': { type: 'boolean', default: false, description: 'Take all of them away' },
    why: { type: 'string', valueHint: 'text', description: 'For whoever asks later' },
    yes: { type: 'boolean', default: false, description: 'Do not ask' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const environment = await openEnvironment(args.project);
    const { platform } = environment;
    const { customer: customerId } = args;
    const read = await readPasskeys(platform, customerId);
    const doubt = await doubtOf(platform, customerId);
    if (doubt) console.log(doubt);
    console.log(linesOf(read.passkeys));
    const asked = passkeysAsked(read.passkeys, { remove: args.remove, removeAll: args['remove-all'] });
    if (!asked) return;
    const why = args.why?.trim();
    if (!why) throw new Refusal('--why says in a few words how you know that it is the customer who asks.');
    const ids = asked.map(({ id }) => id);
    await confirmChange(environment, `remove ${ids.join(', ')} of ${customerId}`, args);
    const by = await environment.operator();
    const left = await removePasskeys(platform, read, ids, {
      ...{ at: new Date().toISOString(), by, customerId, why },
    });
    console.log(linesOf(left));
  },
});

await runAsMain(passkeys);
