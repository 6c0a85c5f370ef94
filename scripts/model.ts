import { readFile, writeFile } from 'node:fs/promises';
import { defineCommand } from 'citty';
import { runAsMain } from '../operate/command.ts';
import { Refusal } from '../operate/refusal.ts';
import { printTable } from './bench/figures.ts';
import { ASSUMED } from './model/assumptions.ts';
import { PAGE, pageWith, SIZES, worldsOf } from './model/document.ts';
import { tablesOf } from './model/tables.ts';
import type { World } from './model/world.ts';

const model = defineCommand({
  meta: {
    name: 'npm run model --',
    description: `What so many customers take: events, instances, documents, money, and what breaks first; ${PAGE} explains it`,
  },
  args: {
    customers: { type: 'string', valueHint: 'N', description: `Otherwise ${SIZES.join(', ')}` },
    'card-payments-a-day': flag('cardPaymentsADay'),
    'transfers-a-month': flag('transfersAMonth'),
    'app-opens-a-day': flag('appOpensADay'),
    'peak-factor': flag('peakFactor'),
    concurrency: flag('concurrency'),
    json: { type: 'boolean', default: false, description: 'Everything, for programs' },
    docs: { type: 'boolean', default: false, description: `Write the tables of ${PAGE} anew` },
  },
  async run({ args }) {
    if (args.docs) return writeFile(PAGE, pageWith(await readFile(PAGE, 'utf8')));
    const otherwise = {
      cardPaymentsADay: positive('card-payments-a-day', args['card-payments-a-day']),
      transfersAMonth: positive('transfers-a-month', args['transfers-a-month']),
      appOpensADay: positive('app-opens-a-day', args['app-opens-a-day']),
      peakFactor: positive('peak-factor', args['peak-factor']),
      concurrency: positive('concurrency', args.concurrency),
    };
    const sizes = args.customers === undefined ? SIZES : [positive('customers', args.customers)];
    const worlds = worldsOf(sizes, otherwise);
    if (args.json) console.log(JSON.stringify(worlds, null, 2));
    else print(worlds);
  },
});

function flag(name: keyof typeof ASSUMED) {
  const { value, what } = ASSUMED[name];
  return { type: 'string', default: String(value), description: what } as const;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Refusal(`--${name} is a number above 0.`);
}

function print(worlds: readonly World[]): void {
  for (const { rows } of tablesOf(worlds)) {
    printTable(rows);
    console.log();
  }
  for (const { assumed, peak } of worlds) {
    const broken = peak.limits.filter(({ used, limit }) => used > limit);
    console.log(`${assumed.customers.toLocaleString('en')} customers, limits to raise: ${broken.length}`);
    for (const { name, remedy } of broken) console.log(`  ${name}: ${remedy}`);
  }
}

await runAsMain(model);
