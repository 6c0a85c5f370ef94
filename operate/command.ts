import { stripVTControlCharacters } from 'node:util';
import { confirm } from '@clack/prompts';
import { type ArgsDef, type CommandDef, renderUsage, runCommand } from 'citty';
import { StoreError } from '../shared/platform/platform.ts';
import type { Environment } from './environment.ts';
import { Refusal } from './refusal.ts';

/** Runs a command, or one below it, with what was typed; ends the process with 0, or 1 where anything failed. */
export async function runAsMain<T extends ArgsDef>(command: CommandDef<T>): Promise<void> {
  const typed = process.argv.slice(2);
  // Google's clients throw some errors, as that of missing credentials, where nobody can catch them.
  process.once('uncaughtException', (error) => {
    console.error(wordsOf(error));
    process.exit(1);
  });
  const below = (command.subCommands ?? {}) as Readonly<Record<string, CommandDef>>;
  const chosen = below[typed[0] ?? ''];
  const showHelp = async () => {
    const help = await (chosen
      ? renderUsage(chosen, command as unknown as CommandDef)
      : renderUsage(command));
    // A file or a pipe would show the codes of colours as signs.
    console.log(process.stdout.isTTY ? help : stripVTControlCharacters(help));
  };
  try {
    if (typed.includes('--help') || typed.includes('-h')) await showHelp();
    else {
      refuseUnknownOptions(chosen?.args ?? command.args ?? {}, typed);
      await runCommand(command, { rawArgs: typed });
    }
  } catch (error) {
    if (isMistyped(error)) await showHelp();
    console.error(wordsOf(error));
    process.exitCode = 1;
  }
  // The clients hold connections that would keep the process for a while.
  process.exit();
}

/** Says where something is about to change, and asks; without a terminal only `--yes` answers. */
export async function confirmChange(
  { name }: Environment,
  what: string,
  { yes }: { yes: boolean },
): Promise<void> {
  console.log(`${what}: in ${name}.`);
  if (yes) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Refusal('Nothing was changed: there is no terminal to ask in. Add --yes to mean it.');
  }
  const answer = await confirm({ message: 'Go on?', initialValue: false });
  if (answer !== true) throw new Refusal('Nothing was changed.');
}

/** A misspelt `--dry-run` would otherwise be the real thing. */
function refuseUnknownOptions(args: object, typed: readonly string[]): void {
  for (const option of typed.filter((word) => word.startsWith('-'))) {
    const name = option.replace(/^--?/, '').replace(/=.*$/, '');
    const isKnown = Object.hasOwn(args, name) || Object.hasOwn(args, name.replace(/^no-/, ''));
    if (!isKnown) throw new Refusal(`${option} is no option here: --help tells which are.`);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof StoreError) {
    const cause = error.cause instanceof Error ? ` ${error.cause.message}` : '';
    return `The store refused or did not answer (code ${error.code}).${cause} Try again; what was done is kept.`;
  }
  if (error instanceof Refusal || isMistyped(error)) return error.message;
  if (error instanceof Error && error.message.startsWith('Could not load the default credentials')) {
    return 'There are no credentials for that project: run gcloud auth application-default login, or leave --project out.';
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isMistyped(error: unknown): error is Error {
  return error instanceof Error && error.name === 'CLIError';
}
