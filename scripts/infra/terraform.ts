import { spawn } from 'node:child_process';

const COMMAND = process.env.TERRAFORM || 'terraform';

export const MISSING = `${COMMAND} is missing. https://developer.hashicorp.com/terraform/install has it; TERRAFORM=<path> names it elsewhere.`;

export type Outcome = { readonly ok: boolean; readonly code: number; readonly output: string };

/** Runs terraform on a folder. It holds no credentials, so nothing that is run here reaches a cloud. */
export function terraform(folder: string, ...args: readonly string[]): Promise<Outcome> {
  const child = spawn(COMMAND, [`-chdir=${folder}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TF_IN_AUTOMATION: '1',
      TF_CLI_ARGS: '-no-color',
      GOOGLE_OAUTH_ACCESS_TOKEN: 'none', // with which Google's provider plans, and can do nothing more
    },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => output.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ ok: code === 0, code: code ?? 1, output: Buffer.concat(output).toString() }),
    );
  });
}

/** Whether there is one at all. */
export async function isInstalled(): Promise<boolean> {
  return terraform('.', 'version').then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What it says, or an error that says it. */
export async function said(folder: string, ...args: readonly string[]): Promise<string> {
  const { ok, output } = await terraform(folder, ...args);
  if (!ok) throw new Error(`terraform ${args.join(' ')}: ${/Error: .*/s.exec(output)?.[0] ?? output}`);
  return output;
}
