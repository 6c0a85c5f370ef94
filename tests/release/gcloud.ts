import { parseArgs } from 'node:util';
import type { Serving } from './serving.ts';

const EVERYWHERE = {
  project: { type: 'string' },
  quiet: { type: 'boolean' },
  format: { type: 'string' },
} as const;
const REGIONAL = { ...EVERYWHERE, region: { type: 'string' } } as const;
const LOCAL = { ...EVERYWHERE, location: { type: 'string' } } as const;

type Job = {
  readonly uri: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  lastAttemptTime?: string;
  status: { code?: number };
  ends?: { code?: number };
};

/** Cloud Scheduler's word for an answer. Source: https://cloud.google.com/apis/design/errors#error_model */
const CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14 };

const METHODS = ['DELETE', 'GET', 'HEAD', 'POST', 'PUT'];

/** As much of `gcloud` as a release types; an argument that the true one would not know is refused as it refuses. */
export function openGcloud(serving: Serving) {
  const jobs = new Map<string, Job>();
  let tick = 0;

  const commands: Readonly<Record<string, (args: string[]) => unknown>> = {
    'run services describe': (args) => {
      const { positionals } = parseArgs({ args, options: REGIONAL, allowPositionals: true });
      return serving.service(only(positionals), 'function');
    },
    'run services update': (args) => {
      const at = args.indexOf('--container');
      const { positionals, values } = parseArgs({
        args: args.slice(0, at),
        options: { ...REGIONAL, 'no-traffic': { type: 'boolean' }, tag: { type: 'string' } },
        allowPositionals: true,
      });
      // As the true one: what follows --container is of that container, and --region, for one, is not.
      const own = parseArgs({
        args: args.slice(at),
        options: { container: { type: 'string' }, image: { type: 'string' } },
      }).values;
      const name = only(positionals);
      if (own.container !== 'function' || !own.image) throw new Error('Container not found in service.');
      const before = serving.resolved(name).filter(({ percent }) => percent > 0);
      const revision = serving.deploy(name, own.image);
      if (serving.newest(name, true) !== revision) {
        throw new Error(
          `Revision '${revision}' is not ready and cannot serve traffic. The container failed to start.`,
        );
      }
      if (values['no-traffic']) {
        serving.route(name, [
          ...before.map(({ revisionName, percent }) => ({ revisionName, percent })),
          ...tagged(values.tag, revision),
        ]);
      }
      return serving.service(name, 'function');
    },
    'run services update-traffic': (args) => {
      const { positionals, values } = parseArgs({
        args,
        options: {
          ...REGIONAL,
          'to-revisions': { type: 'string' },
          'set-tags': { type: 'string' },
          'clear-tags': { type: 'boolean' },
        },
        allowPositionals: true,
      });
      if (values['set-tags'] && values['clear-tags'])
        throw new Error('argument --clear-tags: At most one can be specified.');
      const shares = pairs(values['to-revisions']).map(([revisionName, percent]) => ({
        revisionName,
        percent: Number(percent),
      }));
      const tags = pairs(values['set-tags']).flatMap(([tag, revision]) => tagged(tag, revision));
      const name = only(positionals);
      serving.route(name, [...shares, ...tags]);
      if (serving.newest(name, true) !== serving.newest(name, false))
        throw new Error(`Revision '${serving.newest(name, false)}' is not ready and cannot serve traffic.`);
      return serving.resolved(name);
    },
    'run revisions describe': (args) => {
      const { positionals } = parseArgs({ args, options: REGIONAL, allowPositionals: true });
      const [name = ''] = /^.*(?=-\d+$)/.exec(only(positionals)) ?? [];
      return serving.revisions(name, 'function').find(({ metadata }) => metadata.name === only(positionals));
    },
    'run revisions list': (args) => {
      const { values } = parseArgs({ args, options: { ...REGIONAL, service: { type: 'string' } } });
      return serving.revisions(values.service ?? '', 'function');
    },
    'scheduler jobs create': (args) => {
      const { positionals, values } = parseArgs({
        args,
        options: {
          ...LOCAL,
          schedule: { type: 'string' },
          'attempt-deadline': { type: 'string' },
          'max-retry-attempts': { type: 'string' },
          uri: { type: 'string' },
          'http-method': { type: 'string' },
          headers: { type: 'string' },
          'message-body': { type: 'string' },
          'oidc-service-account-email': { type: 'string' },
          'oidc-token-audience': { type: 'string' },
        },
        allowPositionals: true,
      });
      const [kind, id = ''] = positionals;
      if (kind !== 'http') throw new Error(`Invalid choice: '${kind}'.`);
      const method = values['http-method'] ?? 'POST';
      if (!METHODS.includes(method))
        throw new Error(`argument --http-method: Invalid choice: '${method.toLowerCase()}'.`);
      if (jobs.has(id)) throw new Error(`ALREADY_EXISTS: Job ${id} already exists.`);
      const email = values['oidc-service-account-email'];
      // What Google's own front does with the token: this one is for who may call, and none for who may not.
      const authorization = email && { authorization: `Bearer ${email}|${values['oidc-token-audience']}` };
      jobs.set(id, {
        uri: values.uri ?? '',
        method,
        headers: { ...Object.fromEntries(pairs(values.headers)), ...authorization },
        body: values['message-body'],
        status: { code: -1 },
      });
    },
    'scheduler jobs run': async (args) => {
      const job = jobOf(args);
      const { uri, method, headers, body } = job;
      const response = await fetch(uri, { method, headers, ...(body !== undefined && { body }) }).catch(
        () => undefined,
      );
      tick += 1;
      job.lastAttemptTime = new Date(Date.UTC(2026, 10, 27) + tick).toISOString();
      job.status = { code: -1 };
      job.ends = response?.ok ? {} : { code: CODES[response?.status ?? 503] ?? 2 };
    },
    'scheduler jobs describe': (args) => {
      const job = jobOf(args);
      const { lastAttemptTime, status } = job;
      // That an attempt has begun is seen once before it is seen how it ended.
      if (job.ends) job.status = job.ends;
      return { lastAttemptTime, status };
    },
    'scheduler jobs delete': (args) => {
      jobOf(args);
      jobs.delete(args[0] ?? '');
    },
    'auth print-access-token': () => 'access-token',
    'auth print-identity-token': (args) => {
      const { values } = parseArgs({
        args,
        options: {
          'impersonate-service-account': { type: 'string' },
          'include-email': { type: 'boolean' },
          audiences: { type: 'string' },
        },
      });
      return `${values['impersonate-service-account']}|${values.audiences}`;
    },
  };

  function jobOf(args: string[]): Job {
    const { positionals } = parseArgs({ args, options: LOCAL, allowPositionals: true });
    const job = jobs.get(only(positionals));
    if (!job) throw new Error(`NOT_FOUND: Job not found: ${only(positionals)}`);
    return job;
  }

  return {
    jobs: () => [...jobs.keys()],
    /** What it prints. */
    async say(args: readonly string[]): Promise<string> {
      const words = args.slice(0, args[0] === 'auth' ? 2 : 3).join(' ');
      const command = commands[words];
      if (!command) throw new Error(`Invalid choice: '${words}'.`);
      const said = await command(args.slice(words.split(' ').length));
      return typeof said === 'string' ? said : JSON.stringify(said ?? {});
    },
  };
}

function tagged(tag: string | undefined, revisionName: string) {
  return tag ? [{ revisionName, percent: 0, tag }] : [];
}

function pairs(text = ''): [string, string][] {
  return text
    .split(',')
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
}

function only(positionals: readonly string[]): string {
  if (positionals.length !== 1) throw new Error(`unrecognized arguments: ${positionals.slice(1).join(' ')}`);
  return positionals[0] ?? '';
}
