import { defineCommand } from 'citty';
import { confirmChange, runAsMain } from './command.ts';
import { doubtOf } from './customer.ts';
import { openEnvironment } from './environment.ts';
import { changeAsked, lineOf, readLimits, setLimits } from './limits/limits.ts';

const minor = (description: string) => ({ type: 'string', valueHint: 'minor units', description }) as const;

const limits = defineCommand({
  meta: {
    name: 'npm run limits --',
    description:
      'What a customer may order at most, in the place of what all may; shows it, or changes it where --why is given',
  },
  args: {
    customer: { type: 'positional', required: true, description: 'Their Firebase uid' },
    currency: { type: 'string', required: true, description: 'As in DKK' },
    payment: minor('Of one payment'),
    day: minor('From one account in a day'),
    'customer-day': minor('By the customer in a day, from all accounts'),
    why: { type: 'string', valueHint: 'text', description: 'For whoever asks later' },
    yes: { type: 'boolean', default: false, description: 'Do not ask' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const { customer, currency, payment, day, why } = args;
    const asked = changeAsked({ payment, day, customerDay: args['customer-day'], why });
    const environment = await openEnvironment(args.project);
    const { platform } = environment;
    const read = await readLimits(platform, customer, currency);
    const doubt = await doubtOf(platform, customer);
    if (doubt) console.log(doubt);
    console.log(lineOf(read.limits, currency));
    if (!asked) return;
    await confirmChange(environment, `set ${currency} limits of ${customer}`, args);
    const by = await environment.operator();
    await setLimits(platform, read, asked, { at: new Date().toISOString(), by, customerId: customer });
    console.log(lineOf(asked.limits, currency));
  },
});

await runAsMain(limits);
