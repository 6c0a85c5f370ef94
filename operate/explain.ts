import { writeFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { runAsMain } from './command.ts';
import { openEnvironment } from './environment.ts';
import { textOf } from './explain/as-text.ts';
import { explain } from './explain/explain.ts';
import { pageOf } from './explain/page.ts';
import { linesOf } from './log-lines.ts';
import { jsonText } from './text.ts';

const command = defineCommand({
  meta: {
    name: 'npm run explain --',
    description:
      'How a figure came about, back to the bytes that the bank signed: what was told, who did what about it, what it changed',
  },
  args: {
    id: {
      type: 'positional',
      required: true,
      description:
        'Of a transaction, payment, notification, account, event, delivery or drift; or the bank’s own of an entry',
    },
    json: { type: 'boolean', default: false, description: 'All of it, as JSON' },
    html: { type: 'string', valueHint: 'file', description: 'A page with the picture of it, in one file' },
    project: { type: 'string', description: 'The project to look at' },
  },
  async run({ args }) {
    const environment = await openEnvironment(args.project);
    const explanation = await explain(environment, (wanted) => linesOf(environment, wanted), args.id);
    if (args.html !== undefined) {
      writeFileSync(args.html, await pageOf(explanation), { mode: 0o600 });
      console.log(
        `${args.html} explains ${explanation.subject}: it holds what the bank said of a customer, so keep it to yourself.`,
      );
    } else if (args.json) console.log(jsonText(plain(explanation), 2));
    else for (const line of textOf(explanation)) console.log(line);
    // As of a check that failed, for whoever asks from a script.
    if (explanation.findings.some(({ kind }) => kind === 'wrong')) process.exitCode = 1;
  },
});

/** Amounts as strings of digits, as everywhere on a wire. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? String(each) : each)));
}

await runAsMain(command);
