import type { Copies } from './copy.ts';
import type { Mistake } from './planted.ts';
import { planned } from './resources.ts';
import { problemsOf } from './rules.ts';
import { said, terraform } from './terraform.ts';
import type { Against } from './world.ts';

export const VARIABLES = ['-input=false', '-var-file=environments/prod.tfvars'];

/** Who catches a mistake runs, and no other. */
const CATCHERS: Readonly<Record<Mistake['by'], (folder: string, against: Against) => Promise<string>>> = {
  validate: async (folder) => (await terraform(folder, 'validate')).output,
  plan: async (folder) => (await terraform(folder, 'plan', '-lock=false', ...VARIABLES)).output,
  rules: async (folder, against) => (await problemsIn(folder, against)).join('\n'),
  test: async (folder) => (await terraform(folder, 'test', '-filter=tests/encryption.tftest.hcl')).output,
};

export type Verdict = { readonly mistake: Mistake; readonly caught: boolean; readonly said: string };

/** What is planned in a folder, and what is wrong with it. */
export async function problemsIn(folder: string, against: Against): Promise<string[]> {
  await said(folder, 'plan', '-out=plan', ...VARIABLES);
  return problemsOf(against, planned(await said(folder, 'show', '-json', 'plan')));
}

/** Makes these mistakes in one copy, and tells of each whether somebody says so. */
export async function tryOut(
  copies: Copies,
  initialised: string,
  against: Against,
  mistakes: readonly Mistake[],
): Promise<Verdict[]> {
  const [first] = mistakes;
  if (!first) return [];
  const folder = await copies.make(against.registry, mistakes, initialised);
  const output = await CATCHERS[first.by](folder, against).catch(
    (error: Error) => `not planned at all: ${error.message}`,
  );
  const flat = output.replaceAll(/\s*\n[│╷╵ ]*/g, ' '); // where Terraform wraps its lines
  const lines = first.by === 'rules' ? output.split('\n') : [flat];
  return mistakes.map((mistake) => ({
    mistake,
    caught: lines.some((line) => mistake.says.test(line)),
    said: output,
  }));
}

/** What was said of none of these mistakes: then one hides behind another, or says too much. */
export function unexplained(verdicts: readonly Verdict[]): string[] {
  const [first] = verdicts;
  if (first?.mistake.by !== 'rules') return [];
  return first.said.split('\n').filter((line) => !verdicts.some(({ mistake }) => mistake.says.test(line)));
}
