import { defineCommand } from 'citty';
import { registry } from '../../functions/registry.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { DeclaredFunction, EventFunction } from '../../shared/runtime/declared.ts';
import { linkedTo, type Outgoing, publish } from '../../shared/runtime/outgoing.ts';
import { redriveOf } from '../../shared/runtime/redrive.ts';
import type { Trace } from '../../shared/runtime/telemetry.ts';
import { writeParkedState } from '../../shared/store/parked.ts';
import { confirmChange } from '../command.ts';
import { type Environment, openEnvironment } from '../environment.ts';
import { Refusal } from '../refusal.ts';
import { tryOut } from '../trial.ts';
import { asWork } from '../work.ts';
import { commitAudited } from './audited.ts';
import { type ParkedDocument, readParked } from './read.ts';
import { trialLines } from './trial-lines.ts';

export const redrive = defineCommand({
  meta: {
    name: 'redrive',
    description: 'Hand some to their functions once more; or with --dry-run show what would come of it',
  },
  args: {
    ids: { type: 'positional', required: true, description: 'One or several, as in prk_4y...' },
    'dry-run': { type: 'boolean', default: false, description: 'Change nothing: show what would change' },
    yes: { type: 'boolean', default: false, description: 'Do not ask' },
    project: { type: 'string', description: 'The project to act on' },
  },
  async run({ args }) {
    const environment = await openEnvironment(args.project);
    const ids = [...new Set(args._)];
    const found = await Promise.all(ids.map((id) => prepare(environment.platform, id).catch(refused)));
    const ready = found.flatMap((each) => (each instanceof Refusal ? [] : [each]));
    for (const each of found) if (each instanceof Refusal) console.error(each.message);
    if (args['dry-run']) await showTrials(environment, ready);
    else if (ready.length > 0) await redriveAll(environment, ready, args);
    if (ready.length < ids.length) throw new Refusal('Not all of them could be redriven.');
  },
});

export type Ready = ParkedDocument & { readonly fn: EventFunction; readonly once: Outgoing };

/** One parked message, ready to go to its function; a `Refusal` where that would be useless. */
export async function prepare(
  platform: Platform,
  id: string,
  functions: readonly DeclaredFunction[] = registry.map(({ fn }) => fn),
): Promise<Ready> {
  const document = await readParked(platform, id);
  const { parked, message } = document;
  const useless = (why: string) => new Refusal(`${id} is not redriven: ${why}.`);
  if (parked.state === 'dropped') throw useless('it was dropped');
  const once = redriveOf(parked.function, message);
  if (once.kind === 'useless') throw useless(`it would only be parked again, for ${once.reason}`);
  const fn = functions.find(({ name }) => name === parked.function);
  if (fn?.trigger !== 'event') throw useless(`there is no function ${parked.function} any more`);
  const { type } = once.message.event;
  if (!fn.on.some((kind) => kind.type === type)) throw useless(`${fn.name} does not take ${type} any more`);
  return { ...document, fn, once: once.message };
}

/**
 * Publishes it, and then notes that. One that was given up again in the meantime is another than it was read, and stays
 * as it is: waiting. Who did it is kept all the same.
 */
export async function redriveOne(
  platform: Platform,
  { by, trace }: { by: string; trace: Trace },
  { read, parked, once }: Ready,
): Promise<'redriven' | 'came back'> {
  await publish(platform, [linkedTo(trace)(once)]);
  const entry = { at: new Date().toISOString(), by, action: 'redrive', parkedId: parked.id } as const;
  if (await commitAudited(platform, entry, [writeParkedState(read, 'redriven')])) return 'redriven';
  await commitAudited(platform, entry, []);
  return 'came back';
}

async function redriveAll(
  environment: Environment,
  ready: readonly Ready[],
  args: { yes: boolean },
): Promise<void> {
  const names = ready.map(({ parked }) => `${parked.id} for ${parked.function}`).join(', ');
  await confirmChange(environment, `redrive ${names}`, args);
  const by = await environment.operator();
  const cameBack = await asWork(environment, 'parked redrive', async ({ trace }) => {
    let count = 0;
    for (const each of ready) {
      const { id, function: name } = each.parked;
      const outcome = await redriveOne(environment.platform, { by, trace }, each);
      if (outcome === 'came back') count += 1;
      const line =
        outcome === 'redriven' ? `is redriven to ${name}.` : 'was given up again at once, and waits.';
      console.log(`${id} ${line}`);
    }
    return count;
  });
  if (cameBack > 0)
    throw new Refusal(`${cameBack} came back: show tells why, and --dry-run what is left to mend.`);
}

async function showTrials({ name, platform }: Environment, ready: readonly Ready[]): Promise<void> {
  console.log(`What would happen in ${name}; nothing is changed.`);
  for (const { parked, fn, once } of ready) {
    console.log(`\n${parked.id} at ${fn.name}`);
    for (const line of trialLines(await tryOut(platform, fn, once))) console.log(`  ${line}`);
  }
}

function refused(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
