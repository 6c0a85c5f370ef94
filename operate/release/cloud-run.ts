import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { Refusal } from '../refusal.ts';
import type { Call } from './call.ts';
import { type Say, say as typed } from './command.ts';
import type { Host } from './host.ts';
import {
  CANDIDATE,
  isSettled,
  isSpread,
  revisionFrom,
  revisionsFrom,
  serviceFrom,
  taggedIn,
} from './service.ts';

const ASK_EVERY_MS = 250;
const PATIENCE_MS = 90_000;

const job = z.object({
  lastAttemptTime: z.string().optional(),
  status: z.object({ code: z.number().optional() }).optional(),
});

/** What Cloud Scheduler makes of an answer. Source: https://cloud.google.com/apis/design/errors#error_model */
const CODES: Readonly<Record<number, Call['expects']>> = { 0: 204, 16: 401 };
/** Not of that list: no attempt of the job has ended yet. */
const NOT_KNOWN = -1;

/** Cloud Run by `gcloud`. Functions take calls from inside Google alone, so Cloud Scheduler makes those of a release. */
export function cloudRun({ project, region }: { project: string; region: string }, say: Say = typed): Host {
  const common = ['--project', project, '--quiet', '--format', 'json'];
  // What belongs to a container comes last: gcloud reads all that follows --container as that container's.
  const gcloud = (command: string, name: string, ...args: readonly string[]) =>
    say('gcloud', [...command.split(' '), name, ...common, ...args]);
  const run = (command: string, name: string, ...args: readonly string[]) =>
    gcloud(`run ${command}`, name, '--region', region, ...args);
  const scheduler = (command: string, id: string, ...args: readonly string[]) =>
    gcloud(`scheduler jobs ${command}`, id, '--location', region, ...args);
  const service = async (name: string) => serviceFrom(await run('services describe', name));
  const called = new Set<string>();
  const jobOf = (name: string) => `release-${name}`;

  return {
    service,
    async revision(name) {
      return revisionFrom(await run('revisions describe', name));
    },
    async revisions(name) {
      return revisionsFrom(await run('revisions list', `--service=${name}`));
    },
    async deploy({ metadata: { name } }, image) {
      const ownFlags = ['--container', 'function', '--image', image];
      await run('services update', name, '--no-traffic', '--tag', CANDIDATE, ...ownFlags);
      return service(name);
    },
    async route({ metadata: { name } }, shares, candidate) {
      const revisions = Object.entries(shares).map(([revision, percent]) => `${revision}=${percent}`);
      const tags = candidate ? ['--set-tags', `${CANDIDATE}=${candidate}`] : ['--clear-tags'];
      const failure = await run(
        'services update-traffic',
        name,
        '--to-revisions',
        revisions.join(','),
        ...tags,
      )
        .then(() => undefined)
        .catch((error: Error) => error);
      const found = await service(name);
      // It fails as well where the newest revision never got ready, though the traffic went where it was told.
      if (
        failure &&
        !(isSettled(found) && isSpread(found, shares) && taggedIn(found)?.revision === candidate)
      )
        throw failure;
      return found;
    },
    async call({ metadata: { name }, status }, url, call) {
      const id = jobOf(name);
      if (!called.has(name)) {
        called.add(name);
        await scheduler('delete', id).catch(() => undefined); // of a release that was killed
        await scheduler('create http', id, ...jobFlags(project, url + call.path, status.url, call));
      }
      const before = await lastAttempt();
      await scheduler('run', id);
      for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(ASK_EVERY_MS)) {
        const now = await lastAttempt();
        const code = now.status?.code ?? 0;
        if (now.lastAttemptTime === before.lastAttemptTime || code === NOT_KNOWN) continue;
        return CODES[code] === call.expects ? undefined : `with code ${code} of Cloud Scheduler's`;
      }
      throw new Refusal(`${name}: Cloud Scheduler did not call it in ${PATIENCE_MS / 1000} s.`);

      async function lastAttempt() {
        return job.parse(JSON.parse(await scheduler('describe', id)));
      }
    },
    async close(name) {
      if (called.delete(name)) await scheduler('delete', jobOf(name));
    },
  };
}

/** A job that comes by itself once a year, and is run when it is wanted. */
function jobFlags(project: string, uri: string, audience: string, call: Call): string[] {
  const headers = Object.entries(call.headers).map(([name, value]) => `${name}=${value}`);
  const accounts = { pusher: 'push-events', ticker: 'tick-schedules' };
  const email = call.as && `${accounts[call.as]}@${project}.iam.gserviceaccount.com`;
  return [
    ...['--schedule', '0 0 1 1 *', '--attempt-deadline', '60s', '--max-retry-attempts', '0'],
    ...['--uri', uri, '--http-method', call.method],
    ...(headers.length > 0 ? ['--headers', headers.join(',')] : []),
    ...(call.body ? ['--message-body', call.body] : []),
    ...(email ? ['--oidc-service-account-email', email, '--oidc-token-audience', audience] : []),
  ];
}
