import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type KeptBank, keptBank } from '../sandbox-bank/journal.ts';

/** What a stack left behind, for the next one to go on from. */
export type Kept = {
  readonly folder: string;
  /** Where Firestore's export begins, for the emulator to read. */
  readonly firestore: string;
  /** The Auth emulator's own export. */
  readonly users: string;
  readonly bank: KeptBank;
};

const UNFINISHED = 'unfinished';
const FIRESTORE = 'firestore';
const USERS = 'users.json';
const BANK = 'bank.json';

/** The newest that was kept in the folder, or undefined; rejects with one line that says what to delete. */
export async function readKept(folder: string): Promise<Kept | undefined> {
  const newest = (await finished(folder)).at(-1);
  if (!newest) return undefined;
  const kept = join(folder, newest);
  try {
    return {
      folder: kept,
      firestore: resolve(kept, FIRESTORE, `${FIRESTORE}.overall_export_metadata`),
      users: await readFile(join(kept, USERS), 'utf8'),
      bank: keptBank.parse(JSON.parse(await readFile(join(kept, BANK), 'utf8'))),
    };
  } catch (error) {
    throw withRemedy(kept, error as Error);
  }
}

/** Keeps what the emulators, at their addresses, and the bank hold; then what was kept before goes. */
export async function writeKept(
  folder: string,
  stack: { project: string; firestore: string; auth: string; bank: KeptBank },
): Promise<void> {
  const { project, firestore, auth, bank } = stack;
  // Renamed when it is whole: what a crash leaves half-written is never read.
  const unfinished = join(folder, UNFINISHED);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await ask(`http://${firestore}/emulator/v1/projects/${project}:export`, {
    database: `projects/${project}/databases/(default)`,
    export_directory: resolve(unfinished),
    export_name: FIRESTORE,
  });
  await writeFile(join(unfinished, USERS), await ask(`${usersUrl(auth, project)}:batchGet?maxResults=-1`));
  await writeFile(join(unfinished, BANK), JSON.stringify(bank));

  const before = await finished(folder);
  await rename(unfinished, join(folder, new Date().toISOString().replaceAll(':', '-')));
  for (const name of before) await rm(join(folder, name), { recursive: true });
}

/**
 * Gives the Auth emulator at this address its users back. Its own export at exit asks the emulator whose address is in
 * a file that all stacks of a machine share: another's, at times.
 */
export async function restoreUsers(auth: string, project: string, users: string): Promise<void> {
  const { users: all = [] } = JSON.parse(users) as { users?: object[] };
  if (all.length > 0) await ask(`${usersUrl(auth, project)}:batchCreate`, { users: all });
}

/** What went wrong while going on from this folder, in one short line that says what to do. */
export function withRemedy(folder: string, error: Error): Error {
  const why = error.message.replace(/\s+/g, ' ').slice(0, 200);
  return new Error(`If what was kept is the cause, delete ${folder} or leave out --keep: ${why}`);
}

/** The oldest first: their names are instants. */
async function finished(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^\d/.test(name)).sort();
}

function usersUrl(auth: string, project: string): string {
  return `http://${auth}/identitytoolkit.googleapis.com/v1/projects/${project}/accounts`;
}

async function ask(url: string, body?: object): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer owner' };
  const post = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url, { headers, ...post });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
