import { defineCommand } from 'citty';
import { portBase } from '../../local/ports.ts';
import { runAsMain } from '../../operate/command.ts';
import { Refusal } from '../../operate/refusal.ts';
import { linesOf } from './report.ts';
import { soak } from './soak.ts';

// A base of its own, so that it runs beside an engineer's stack.
const BASE = '9300';

const command = defineCommand({
  meta: {
    name: 'npm run soak --',
    description:
      'Has a bank live a random life on a stack of its own, and its customers pay, with all that can go wrong going wrong, ' +
      'and compares every account, balance, transaction, hold, payment and notification with the bank’s ledger. The same seed makes the same life ' +
      'and the same plans of faults; what they meet follows from the clock too, so no two runs are quite the same. ' +
      'COUNTERFOIL_PORT_BASE moves its ports (default 9300).',
  },
  args: {
    events: { type: 'string', default: '2000', description: 'How many events the bank tells' },
    seed: { type: 'string', default: '1', description: 'Of the life, the faults and the kills' },
    accounts: { type: 'string', default: '200', description: 'How many accounts there are' },
    payments: { type: 'string', default: '200', description: 'How many payments customers order' },
    pooled: { type: 'boolean', default: false, description: 'One account takes half of all events' },
    clients: { type: 'boolean', default: false, description: 'Functions use Google’s own clients, not REST' },
    lose: { type: 'string', default: '0', description: 'How many percent of deliveries are lost for good' },
    kills: { type: 'string', default: '50', description: 'How many processes are killed' },
    minutes: { type: 'string', default: '40', description: 'When it fails with what is still waiting' },
  },
  async run({ args }) {
    const [events, accounts] = [whole('events', args.events, 1), whole('accounts', args.accounts, 1)];
    if (events < accounts) throw new Refusal('--events is at least --accounts: each opening is one.');
    const report = await soak(
      {
        events,
        accounts,
        payments: whole('payments', args.payments, 0),
        seed: whole('seed', args.seed, 0),
        pooled: args.pooled,
        clients: args.clients,
        lose: whole('lose', args.lose, 0) / 100,
        kills: whole('kills', args.kills, 0),
        minutesMax: whole('minutes', args.minutes, 1),
        base: portBase({ COUNTERFOIL_PORT_BASE: process.env.COUNTERFOIL_PORT_BASE ?? BASE }),
      },
      console.log,
    );
    for (const line of linesOf(report)) console.log(line);
    if (report.differences.length > 0) throw new Refusal('Counterfoil and the bank differ.');
  },
});

function whole(name: string, typed: string, least: number): number {
  const value = Number(typed);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Refusal(`--${name} is a whole number, ${least} or more.`);
}

// An interrupted soak takes its stack with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await runAsMain(command);
