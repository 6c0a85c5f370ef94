import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import * as z from 'zod';
import { googlePlatform } from '../shared/platform/google.ts';
import { googleAccessToken } from '../shared/platform/google-auth.ts';
import type { Platform } from '../shared/platform/platform.ts';
import { Refusal } from './refusal.ts';

/** Where a command acts. */
export type Environment = {
  readonly project: string;
  /** For people, as in `project demo-counterfoil, the emulator at 127.0.0.1:8480`. */
  readonly name: string;
  readonly platform: Platform;
  /** Where the local stack keeps what functions tell of their work; undefined where it is not that. */
  readonly telemetry: string | undefined;
  /** Of each bank, those with which it signs; known of the local stack alone. */
  readonly webhookSecrets: Readonly<Record<string, readonly string[]>>;
  /** Whom the audit names. */
  operator(): Promise<string>;
};

const stackFile = z.object({
  project: z.string(),
  emulators: z.object({ firestore: z.string(), pubsub: z.string() }),
  telemetry: z.string().optional(),
  webhookSecrets: z.record(z.string(), z.array(z.string())).default({}),
});

/**
 * The local stack while it runs, else the project in GOOGLE_CLOUD_PROJECT with the operator's own credentials; `project`
 * chooses between them. Throws a `Refusal` where there is neither.
 */
export async function openEnvironment(project?: string): Promise<Environment> {
  const stack = await runningStack();
  if (stack && (project === undefined || project === stack.project)) {
    process.env.FIRESTORE_EMULATOR_HOST = stack.emulators.firestore;
    process.env.PUBSUB_EMULATOR_HOST = stack.emulators.pubsub;
    // Without it the clients look for Google's metadata server first.
    process.env.METADATA_SERVER_DETECTION = 'none';
  }
  const chosen = project ?? stack?.project ?? process.env.GOOGLE_CLOUD_PROJECT;
  if (!chosen) {
    throw new Refusal(
      'There is nothing to act on: start the local stack with npm start (and say which by COUNTERFOIL_PORT_BASE, if not 8400), or set GOOGLE_CLOUD_PROJECT.',
    );
  }
  const { FIRESTORE_EMULATOR_HOST: firestore, PUBSUB_EMULATOR_HOST: pubsub } = process.env;
  if (Boolean(firestore) !== Boolean(pubsub)) {
    throw new Refusal(
      'Only one of FIRESTORE_EMULATOR_HOST and PUBSUB_EMULATOR_HOST is set: set both, or none.',
    );
  }
  // By Firebase's convention no real project is called so.
  if (!firestore && chosen.startsWith('demo-')) {
    throw new Refusal(`${chosen} is a local project, and its stack does not run: start it with npm start.`);
  }
  return {
    project: chosen,
    name: `project ${chosen}, ${firestore ? `the emulator at ${firestore}` : 'the real one at firestore.googleapis.com'}`,
    platform: googlePlatform({ projectId: chosen }),
    telemetry: chosen === stack?.project ? stack.telemetry : undefined,
    webhookSecrets: chosen === stack?.project ? stack.webhookSecrets : {},
    operator: firestore ? async () => userOfThisMachine() : accountInUse,
  };
}

async function runningStack(): Promise<z.output<typeof stackFile> | undefined> {
  const base = process.env.COUNTERFOIL_PORT_BASE ?? '8400';
  try {
    const stack = stackFile.parse(JSON.parse(readFileSync(`.local/${base}/stack.json`, 'utf8')));
    const signal = AbortSignal.timeout(2000);
    return (await fetch(`http://${stack.emulators.firestore}/`, { signal })).ok ? stack : undefined;
  } catch {
    return undefined; // never started, or ended without taking its file away
  }
}

function userOfThisMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody'; // a container's user may have no name
  }
}

/** The e-mail address of the account that the credentials are of: an audit entry names nobody else. */
async function accountInUse(): Promise<string> {
  const token = await googleAccessToken()('https://www.googleapis.com/auth/cloud-platform');
  const { OAuth2Client } = await import('google-auth-library');
  const { email } = await new OAuth2Client().getTokenInfo(token);
  if (email) return email;
  throw new Refusal('Your credentials do not say who you are: run gcloud auth application-default login.');
}
