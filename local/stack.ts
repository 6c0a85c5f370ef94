import { mkdir } from 'node:fs/promises';
import { registry } from '../functions/registry.ts';
import { startSandboxBank } from '../sandbox-bank/server.ts';
import { buildFunctions } from '../scripts/build.ts';
import { apiVariable, secretsVariable } from '../shared/banks/index.ts';
import { googlePlatform } from '../shared/platform/google.ts';
import { unpublishedInboxes } from '../shared/store/inbox.ts';
import { startBridge } from './bridge.ts';
import { type Memory, startEmulators } from './emulators.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { startFcm } from './fcm.ts';
import { type LocalFunction, type LogLine, localFunction } from './functions.ts';
import { startGateway } from './gateway.ts';
import { readKept, restoreUsers, withRemedy, writeKept } from './kept.ts';
import { portsFrom } from './ports.ts';
import { untilQuiet } from './quiet.ts';
import { startScheduler } from './scheduler.ts';
import { stackFile } from './stack-file.ts';
import { startTelemetryReceiver, type TelemetryReceiver } from './telemetry.ts';
import { startPushTokens } from './tokens.ts';

const PROJECT = 'demo-counterfoil';

// Public on purpose: they sign nothing but pretended money. Two are live, as while a secret is being rotated.
const SECRETS = [
  'whsec_bG9jYWwtc2FuZGJveC1zZWNyZXQtb25lLTAwMQ==',
  'whsec_bG9jYWwtc2FuZGJveC1zZWNyZXQtdHdvLTAwMg==',
];
const PROCESSOR_SECRETS = ['whsec_bG9jYWwtcHJvY2Vzc29yLXNlY3JldC0wMDAwMQ=='];

// How long a stop with `keep` waits for what is under way, and again for what came in meanwhile.
const QUIET_SECONDS = 5;
const NOT_QUIET = 'Some messages are still being tried; those are not kept.';

export type StackOptions = {
  readonly base: number;
  /** Wakes every function at the start. */
  readonly warm?: boolean;
  /** Goes on from what an earlier stack with `keep` left, and leaves what there is at the stop. */
  readonly keep?: boolean;
  /** The function whose process waits for a debugger's connection. */
  readonly inspect?: string | undefined;
  /** Puts a proxy between the functions and each emulator, for something to go wrong there. */
  readonly proxies?: boolean;
  /** Has functions use Google's own clients. */
  readonly clients?: boolean;
  readonly memory?: Memory;
  readonly onLog?: (line: LogLine) => void;
  readonly say: (line: string) => void;
};

export type Stack = {
  readonly api: string;
  readonly bank: string;
  readonly fcm: string;
  /** Where functions tell of their work. */
  readonly telemetry: TelemetryReceiver;
  readonly auth: string;
  readonly functions: readonly LocalFunction[];
  readonly emulators: Readonly<Record<string, string>>;
  /** Where it was started with them. */
  readonly proxies: { readonly firestore: FaultProxy; readonly pubsub: FaultProxy } | undefined;
  readonly webhookSecrets: readonly string[];
  isQuiet(): Promise<boolean>;
  /** How many messages functions have been given and not yet acknowledged, by subscription. */
  waiting(): Readonly<Record<string, number>>;
  /** Calls a schedule function now. */
  tick(name: string): Promise<void>;
  stop(): Promise<void>;
};

/** Builds the functions and starts all of Counterfoil on this machine; what it could not finish starting it stops again. */
export async function startStack({
  base,
  warm,
  keep,
  inspect,
  proxies: withProxies,
  clients,
  memory,
  onLog = () => {},
  say,
}: StackOptions): Promise<Stack> {
  const ports = portsFrom(base);
  const folder = `.local/${base}`;
  const keptFolder = `${folder}/kept`;
  const kept = keep ? await readKept(keptFolder) : undefined;
  if (kept) say(`going on from ${kept.folder}`);
  const file = stackFile(base, say);
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    await mkdir(folder, { recursive: true });
    const building = buildFunctions(registry, { transport: clients ? 'clients' : undefined });
    building.catch(() => {}); // told below, unless the emulators fail first
    const { firestore: firestorePort, pubsub, auth, authHub, authLogging } = ports;
    const emulators = await startEmulators({
      ports: { firestore: firestorePort, pubsub, auth, authHub, authLogging },
      project: PROJECT,
      folder,
      seed: kept?.firestore,
      memory,
    });
    stops.push(() => emulators.stop());
    await building;
    const addresses = {
      firestore: `127.0.0.1:${firestorePort}`,
      pubsub: `127.0.0.1:${pubsub}`,
      auth: `127.0.0.1:${auth}`,
    };
    if (kept) await restoreUsers(addresses.auth, PROJECT, kept.users);
    // Once everything has started: when nothing writes any more, and the emulators still answer.
    let leaveKept = async () => {};
    stops.push(() => leaveKept());
    // Our own clients in this process find the emulators where the functions do.
    Object.assign(process.env, emulators.variables);

    const proxies = withProxies ? await startProxies(addresses, ports) : undefined;
    stops.push(() => Promise.all([proxies?.firestore.close(), proxies?.pubsub.close()]));
    const proxied = proxies && {
      FIRESTORE_EMULATOR_HOST: proxies.firestore.address,
      PUBSUB_EMULATOR_HOST: proxies.pubsub.address,
    };

    const tokens = await startPushTokens(ports.keys);
    stops.push(() => tokens.stop());
    const fcm = await startFcm(ports.fcm);
    stops.push(() => fcm.stop());
    const telemetry = await startTelemetryReceiver(ports.telemetry);
    stops.push(() => telemetry.stop());

    const functions: LocalFunction[] = [];
    stops.push(() => Promise.all(functions.map((local) => local.stop())));
    for (const [n, { fn }] of registry.entries()) {
      const url = `http://127.0.0.1:${ports.door(n)}`;
      const own = Object.keys(fn.config.shape).filter((name) => process.env[name] !== undefined);
      functions.push(
        await localFunction({
          fn,
          port: ports.door(n),
          processPort: ports.process(n),
          inspectPort: fn.name === inspect ? base + 99 : undefined,
          env: {
            ...emulators.variables,
            ...proxied,
            ...tokens.variables,
            FCM_EMULATOR_HOST: `127.0.0.1:${ports.fcm}`,
            OTEL_EXPORTER_OTLP_ENDPOINT: telemetry.url,
            WEBAUTHN_ORIGINS: `http://localhost:${ports.gateway}`, // to a browser 127.0.0.1 is no domain
            ...Object.fromEntries(own.map((name) => [name, process.env[name]])),
            PUSH_TOKEN_AUDIENCE: url,
            [secretsVariable('sandbox')]: SECRETS.join(','),
            [secretsVariable('sandbox-processor')]: PROCESSOR_SECRETS.join(','),
            [apiVariable('sandbox')]: `http://127.0.0.1:${ports.bank}`,
          },
          onLog: (line) => {
            telemetry.log(line);
            onLog(line);
          },
          onPid: () => void file.refresh(),
          say,
        }),
      );
    }

    const bridge = await startBridge({ project: PROJECT, functions, tokens });
    stops.push(() => bridge.stop());
    // Pub/Sub keeps nothing: what came in before the doors were closed is handled before the rest stops.
    if (keep) stops.push(() => untilQuiet(bridge, QUIET_SECONDS).catch(() => say(NOT_QUIET)));

    const api = `http://127.0.0.1:${ports.gateway}`;
    const bank = await startSandboxBank({
      port: ports.bank,
      subscriberUrl: `${api}/webhooks/sandbox`,
      secrets: SECRETS,
      kept: kept?.bank,
    });
    stops.push(() => bank.stop());
    const scheduler = startScheduler(functions, tokens);
    stops.push(scheduler.stop);
    const gateway = await startGateway({ port: ports.gateway, functions, isQuiet, scheduler });
    stops.push(() => gateway.stop());

    const platform = googlePlatform({ projectId: PROJECT });
    if (warm) await Promise.all(functions.map((local) => local.ready()));
    stops.push(() => file.remove());
    await file.publish(() => ({
      project: PROJECT,
      api,
      bank: bank.url,
      fcm: fcm.url,
      telemetry: telemetry.url,
      functions: Object.fromEntries(
        functions.map((local) => [local.fn.name, { url: local.url, pid: local.pid() }]),
      ),
      emulators: addresses,
      webhookSecrets: { sandbox: SECRETS, 'sandbox-processor': PROCESSOR_SECRETS },
    }));
    if (keep) {
      leaveKept = () => writeKept(keptFolder, { ...addresses, project: PROJECT, bank: bank.kept() });
      stops.push(() => untilQuiet({ isQuiet }, QUIET_SECONDS).catch(() => {}));
    }
    return {
      api,
      bank: bank.url,
      fcm: fcm.url,
      telemetry,
      auth: `http://${addresses.auth}`,
      functions,
      emulators: addresses,
      proxies,
      webhookSecrets: SECRETS,
      isQuiet,
      waiting: bridge.waiting,
      tick: scheduler.tick,
      stop,
    };

    async function isQuiet(): Promise<boolean> {
      const before = gateway.handled();
      const idle = () => bank.pending() === 0 && gateway.inFlight() === 0 && gateway.handled() === before;
      return idle() && (await bridge.isQuiet()) && !(await anyUnpublished()) && idle();
    }

    async function anyUnpublished(): Promise<boolean> {
      return (await platform.query(unpublishedInboxes(1))).length > 0;
    }
  } catch (error) {
    await stop();
    throw kept ? withRemedy(kept.folder, error as Error) : error;
  }
}

async function startProxies(
  emulators: { firestore: string; pubsub: string },
  ports: { firestoreProxy: number; pubsubProxy: number },
) {
  return {
    firestore: await startFaultProxy(emulators.firestore, ports.firestoreProxy),
    pubsub: await startFaultProxy(emulators.pubsub, ports.pubsubProxy),
  };
}
