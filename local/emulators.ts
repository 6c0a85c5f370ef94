import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Child, start } from './child.ts';
import { refuseBusyPorts } from './ports.ts';

export type EmulatorPorts = {
  readonly firestore: number;
  readonly pubsub: number;
  readonly auth?: number;
  readonly authHub?: number;
  readonly authLogging?: number;
};

export type Emulators = { readonly variables: Readonly<Record<string, string>>; stop(): Promise<void> };

const READY_SECONDS = 60;
const FIREBASE = 'node_modules/firebase-tools/lib/bin/firebase.js';

/**
 * The most that each takes, as in `2g`. 100,000 small documents take 700 MB of Firestore; Pub/Sub keeps what has long been
 * acknowledged, some 100,000 messages in its 256 MB, and then comes to a stop.
 */
export type Memory = { readonly firestore?: string; readonly pubsub?: string };

/**
 * Starts Google's own Firestore and Pub/Sub emulators, and with an `auth` port the Auth emulator too, on
 * 127.0.0.1. Rejects with one line that says what is missing and how to get it. `folder` takes their files.
 */
export async function startEmulators(options: {
  ports: EmulatorPorts;
  project: string;
  folder: string;
  /** A Firestore export to begin with. */
  seed?: string | undefined;
  memory?: Memory | undefined;
}): Promise<Emulators> {
  const { ports, project, folder } = options;
  mkdirSync(folder, { recursive: true });
  const jars = findJars();
  await refuseBusyPorts(Object.values(ports));
  const children = [
    begin('Firestore emulator', ports.firestore, firestoreCommand(jars.firestore, ports.firestore, options)),
    begin('Pub/Sub emulator', ports.pubsub, pubsubCommand(jars.pubsub, ports.pubsub, options)),
    ...(ports.auth ? [begin('Auth emulator', ports.auth, authCommand(options))] : []),
  ];
  const stop = async () => void (await Promise.all(children.map(({ child }) => child.stop())));
  try {
    await Promise.all(children.map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    variables: {
      GOOGLE_CLOUD_PROJECT: project,
      FIRESTORE_EMULATOR_HOST: `127.0.0.1:${ports.firestore}`,
      PUBSUB_EMULATOR_HOST: `127.0.0.1:${ports.pubsub}`,
      ...(ports.auth && { FIREBASE_AUTH_EMULATOR_HOST: `127.0.0.1:${ports.auth}` }),
      // Without it the clients look for Google's metadata server first.
      METADATA_SERVER_DETECTION: 'none',
    },
  };
}

type Command = readonly [string, ...string[]];

// Capped, because the emulators would otherwise take over 1 GB each; it costs no throughput.
function firestoreCommand(
  jar: string,
  port: number,
  { seed, memory = {} }: { seed?: string | undefined; memory?: Memory | undefined },
): Command {
  const main = ['-cp', jar, 'com.google.cloud.datastore.emulator.firestore.CloudFirestore', 'start'];
  const options = ['--host=127.0.0.1', `--port=${port}`, '--rules=firestore.rules'];
  const seeding = seed ? [`--seed_from_export=${seed}`] : [];
  return [
    'java',
    `-Xmx${memory.firestore ?? '1g'}`,
    '-XX:+UseSerialGC',
    '-Duser.language=en',
    ...main,
    ...options,
    ...seeding,
  ];
}

function pubsubCommand(jar: string, port: number, { memory = {} }: { memory?: Memory | undefined }): Command {
  const jvm = [`-Xmx${memory.pubsub ?? '256m'}`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return ['java', ...jvm, '-jar', jar, '--host=127.0.0.1', `--port=${port}`];
}

function authCommand({
  ports,
  project,
  folder,
}: {
  ports: EmulatorPorts;
  project: string;
  folder: string;
}): Command {
  const at = (port: number | undefined) => ({ host: '127.0.0.1', port });
  const config = join(folder, 'firebase.json');
  const emulators = {
    auth: at(ports.auth),
    hub: at(ports.authHub),
    logging: at(ports.authLogging),
    ui: { enabled: false },
  };
  writeFileSync(config, JSON.stringify({ emulators }));
  const options = ['--only', 'auth', '--project', project, '--config', config];
  return [process.execPath, FIREBASE, 'emulators:start', ...options];
}

function begin(name: string, port: number, command: Command): { child: Child; ready: Promise<void> } {
  const lastLines: string[] = [];
  const child = start(command, {
    env: {},
    onLine: (line) => {
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
    },
  });
  const failed = child.ended.then(({ code, signal }) => {
    throw new Error(`The ${name} ended at once (${signal ?? `code ${code}`}): ${lastLines.join(' | ')}`);
  });
  failed.catch(() => {}); // ending later is no failure to start
  return { child, ready: Promise.race([answers(name, port), failed]) };
}

async function answers(name: string, port: number): Promise<void> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (Date.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`The ${name} did not answer on port ${port} within ${READY_SECONDS} seconds.`);
}

/** The emulators' jars: of an installed gcloud SDK, else of firebase-tools' cache, else downloaded into it. */
function findJars(): { firestore: string; pubsub: string } {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'Java 17 or newer is missing: install a JDK (https://adoptium.net) and have `java` on the PATH.',
    );
  }
  const found = jarsIn(gcloudPlatform()) ?? jarsInFirebaseCache() ?? download();
  if (found) return found;
  throw new Error(
    'The Firestore and Pub/Sub emulators are missing: run `gcloud components install cloud-firestore-emulator pubsub-emulator`, ' +
      'or once, online, `npx firebase setup:emulators:firestore && npx firebase setup:emulators:pubsub`.',
  );
}

function gcloudPlatform(): string | undefined {
  const gcloud = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'gcloud'))
    .find(existsSync);
  return gcloud && join(dirname(dirname(realpathSync(gcloud))), 'platform');
}

function jarsIn(platform: string | undefined) {
  if (!platform) return undefined;
  const firestore = join(platform, 'cloud-firestore-emulator', 'cloud-firestore-emulator.jar');
  const pubsub = newest(join(platform, 'pubsub-emulator', 'lib'), /^cloud-pubsub-emulator-.*-all\.jar$/);
  return existsSync(firestore) && pubsub ? { firestore, pubsub } : undefined;
}

function jarsInFirebaseCache() {
  const cache = process.env.FIREBASE_EMULATORS_PATH ?? join(homedir(), '.cache', 'firebase', 'emulators');
  const firestore = newest(cache, /^cloud-firestore-emulator-v.*\.jar$/);
  const folder = newest(cache, /^pubsub-emulator-[^.]*\.[^z]*$/);
  const pubsub =
    folder && newest(join(folder, 'pubsub-emulator', 'lib'), /^cloud-pubsub-emulator-.*-all\.jar$/);
  return firestore && pubsub ? { firestore, pubsub } : undefined;
}

function download() {
  console.log('downloading the Firestore and Pub/Sub emulators, once ...');
  try {
    for (const emulator of ['firestore', 'pubsub']) {
      execFileSync(process.execPath, [FIREBASE, `setup:emulators:${emulator}`], {
        stdio: 'ignore',
        timeout: 300_000,
      });
    }
  } catch {
    return undefined;
  }
  return jarsInFirebaseCache();
}

function newest(folder: string, name: RegExp): string | undefined {
  if (!existsSync(folder)) return undefined;
  const last = readdirSync(folder)
    .filter((file) => name.test(file))
    .sort()
    .at(-1);
  return last && join(folder, last);
}
