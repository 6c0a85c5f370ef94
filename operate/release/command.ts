import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Refusal } from '../refusal.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 300_000;

/** Runs a command of the platform and answers with what it said; a `Refusal` in its own words where it failed. */
export type Say = (command: string, args: readonly string[]) => Promise<string>;

export const say: Say = async (command, args) => {
  try {
    const { stdout } = await run(command, [...args], { maxBuffer: 64 * 1024 * 1024, timeout: TIMEOUT_MS });
    return stdout.trim();
  } catch (error) {
    const { code, stderr, message } = error as Error & { code?: string | number; stderr?: string };
    if (code === 'ENOENT') throw new Refusal(`${command} is missing: ${WHERE[command]} has it.`);
    throw new Refusal(`${command} ${args.slice(0, 4).join(' ')}: ${stderr?.trim() || message}`);
  }
};

const WHERE: Readonly<Record<string, string>> = {
  gcloud: 'https://cloud.google.com/sdk/docs/install',
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
};
