import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import * as z from 'zod';
import { PublicError } from '../errors.ts';
import { ask } from '../platform/rest/ask.ts';
import { openTokens } from '../platform/rest/token.ts';
import { openPlatform } from '../platform/transport.ts';
import type {
  DeclaredFunction,
  EventFunction,
  RawRequest,
  RequestFunction,
  ScheduleFunction,
} from './declared.ts';
import { drainOnSigterm, endOnUncaught, guard, type ReadRequest, send } from './door.ts';
import type { Env, Fcm } from './env.ts';
import { firebaseIdentity, pushIdentity } from './identity.ts';
import { openLog } from './log.ts';
import { problem } from './problem.ts';
import { noTelemetry } from './telemetry.ts';
import { takeTurns } from './turns.ts';

// A delivery of 1 MiB arrives from Pub/Sub in base64 twice over.
const EVENT_BYTES_MAX = 16 * 1024 * 1024;
const REQUEST_BYTES_MAX = 1024 * 1024;

const settings = z.object({
  GOOGLE_CLOUD_PROJECT: z.string().min(1),
  PORT: z
    .string()
    .regex(/^[0-9]{1,5}$/)
    .transform(Number)
    .pipe(z.number().max(65_535))
    .default(8080),
  HOST: z.string().default('0.0.0.0'),
  K_SERVICE: z.string().optional(),
  K_REVISION: z.string().default('local'),
  FIRESTORE_EMULATOR_HOST: z.string().optional(),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  FIREBASE_AUTH_EMULATOR_HOST: z.string().optional(),
  FCM_EMULATOR_HOST: z.string().optional(),
  // OpenTelemetry's own; its exporters read more of them, as headers and time-outs.
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

// Who may call an event or a schedule function. On Cloud Run its own IAM asks for the token before we are called; made
// only elsewhere, since making it costs a cold start two milliseconds.
const pushSettings = () =>
  z.object({
    PUSH_TOKEN_CHECKED_BY: z.undefined().optional(),
    PUSH_TOKEN_AUDIENCE: z.string().min(1),
    PUSH_TOKEN_EMAIL: z.email(),
    PUSH_TOKEN_ISSUER: z.string().default('https://accounts.google.com'),
    PUSH_TOKEN_KEYS_URL: z.url().default('https://www.googleapis.com/oauth2/v3/certs'),
  });

/** Starts one function's process: checks its configuration, opens its dependencies, and listens. */
export function serve(fn: DeclaredFunction, variables: NodeJS.ProcessEnv = process.env): void {
  void listen(fn, checkAll(fn, variables), variables);
}

async function listen(
  fn: DeclaredFunction,
  [own, config, push]: ReturnType<typeof checkAll>,
  variables: NodeJS.ProcessEnv,
): Promise<void> {
  const names = { project: own.GOOGLE_CLOUD_PROJECT, function: fn.name, revision: own.K_REVISION };
  const log = openLog(names);
  const telemetry = own.OTEL_EXPORTER_OTLP_ENDPOINT
    ? (await import('./open-telemetry.ts')).openTelemetry(names, own.OTEL_TRACES_SAMPLER_ARG)
    : noTelemetry;
  const tokens = openTokens(variables);
  const identify = firebaseIdentity({
    projectId: own.GOOGLE_CLOUD_PROJECT,
    // An empty variable is no emulator: it would let unsigned tokens in.
    emulator: Boolean(own.FIREBASE_AUTH_EMULATOR_HOST),
  });
  const env: Env = {
    platform: telemetry.observed(openPlatform({ projectId: own.GOOGLE_CLOUD_PROJECT, tokens })),
    log,
    telemetry,
    turns: takeTurns(),
    identify,
    accessToken: tokens.token,
    fcm: fcmOf(own.GOOGLE_CLOUD_PROJECT, own.FCM_EMULATOR_HOST),
    ask,
    now: () => new Date(),
    sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
  };

  if (fn.trigger === 'event') registerEvent(fn, env, config);
  else if (fn.trigger === 'request') registerRequest(fn, env, config);
  else registerSchedule(fn, env, config);

  const server = guard(getTestServer(fn.name), {
    limitBytes: fn.trigger === 'event' ? EVENT_BYTES_MAX : REQUEST_BYTES_MAX,
    parsesJson: fn.trigger === 'event',
    admit: admission(push),
    log,
  });
  endOnUncaught(log);
  drainOnSigterm(server, log, () => telemetry.close());
  server.listen(own.PORT, own.HOST, () => log.info({ port: own.PORT }, 'listening'));
}

function fcmOf(project: string, emulator: string | undefined): Fcm {
  const origin = emulator ? `http://${emulator}` : 'https://fcm.googleapis.com';
  return { sendUrl: `${origin}/v1/projects/${project}/messages:send`, isEmulated: Boolean(emulator) };
}

const pushed = z.object({
  message: z.object({
    data: z.base64().default(''),
    attributes: z.record(z.string(), z.string()).default({}),
    publishTime: z.coerce.date().optional().catch(undefined),
  }),
  deliveryAttempt: z.number().optional().catch(undefined),
});

function registerEvent(fn: EventFunction, env: Env, config: Record<string, unknown>): void {
  const receive = fn.start(env, config);
  // Taken as plain HTTP: the framework's own conversion refuses messages without data, and prints every error.
  http(fn.name, async (request, response) => {
    const push = pushed.safeParse(request.body);
    if (!push.success) return send(response, problem(new PublicError(400, 'push.invalid')));
    const { message, deliveryAttempt } = push.data;
    const { attributes, publishTime: publishedAt } = message;
    const data = Buffer.from(message.data, 'base64');
    const received = () => receive({ data, attributes, publishedAt, deliveryAttempt });
    const failure = await env.telemetry.during(received).then(
      () => undefined,
      () => new PublicError(500, 'internal'),
    );
    send(response, failure ? problem(failure) : { status: 204 });
  });
}

function registerRequest(fn: RequestFunction, env: Env, config: Record<string, unknown>): void {
  const respond = fn.start(env, config);
  http(fn.name, async (request, response) => {
    const { method, originalUrl, rawBody } = request as unknown as ReadRequest & { originalUrl: string };
    // Texts, but for `set-cookie`, which no request has.
    const headers = request.headers as RawRequest['headers'];
    const asked = { method: method ?? 'GET', url: originalUrl, headers, rawBody };
    send(response, await env.telemetry.during(() => respond(asked)));
  });
}

function registerSchedule(fn: ScheduleFunction, env: Env, config: Record<string, unknown>): void {
  const run = fn.start(env, config);
  http(fn.name, async (request, response) => {
    const everyMs = fn.everyMinutes * 60_000;
    const started = new Date(Math.floor(env.now().getTime() / everyMs) * everyMs).toISOString();
    // Cloud Scheduler repeats a tick that failed, under the time that it was planned for.
    const tick = request.get('x-cloudscheduler-scheduletime') ?? started;
    const ran = () => run(tick, request.get('traceparent'));
    const failure = await env.telemetry.during(ran).then(
      () => undefined,
      () => new PublicError(500, 'internal'),
    );
    send(response, failure ? problem(failure) : { status: 204 });
  });
}

function admission(push: z.output<ReturnType<typeof pushSettings>> | undefined) {
  if (!push) return async () => {};
  return pushIdentity({
    audience: push.PUSH_TOKEN_AUDIENCE,
    email: push.PUSH_TOKEN_EMAIL,
    issuer: push.PUSH_TOKEN_ISSUER,
    keysUrl: push.PUSH_TOKEN_KEYS_URL,
  });
}

/** The variables, or an end of the process that names every wrong one, and no value. */
function checkAll(fn: DeclaredFunction, variables: NodeJS.ProcessEnv) {
  const own = settings.safeParse(variables);
  const config = fn.config.safeParse(variables);
  const checksPush = fn.trigger !== 'request' && variables.PUSH_TOKEN_CHECKED_BY !== 'cloud-run';
  const push = checksPush ? pushSettings().safeParse(variables) : undefined;
  const wrong = [own, config, push]
    .flatMap((checked) => checked?.error?.issues ?? [])
    .map(({ path: [variable] }) => String(variable));
  const emulators = Object.keys(variables).filter(
    (name) => name.endsWith('_EMULATOR_HOST') && variables[name],
  );
  if (variables.K_SERVICE !== undefined) wrong.push(...emulators);
  if (wrong.length > 0 || !own.success || !config.success) return refuseToStart(wrong);
  return [own.data, config.data, push?.data] as const;
}

function refuseToStart(variables: readonly string[]): never {
  const message = `These environment variables are missing or wrong: ${[...new Set(variables)].join(', ')}`;
  process.stderr.write(`${JSON.stringify({ severity: 'CRITICAL', message })}\n`);
  return process.exit(1);
}
