import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { Firestore } from '@google-cloud/firestore';
import { registry } from '../functions/registry.ts';
import { startSandboxBank } from '../sandbox-bank/server.ts';
import { secretsVariable } from '../shared/banks/index.ts';
import { unpublishedInboxes } from '../shared/store/inbox.ts';
import { startBridge } from './bridge.ts';
import { startEmulators } from './emulators.ts';
import { type LocalFunction, type LogLine, localFunction } from './functions.ts';
import { startGateway } from './gateway.ts';
import { portsFrom } from './ports.ts';
import { startScheduler } from './scheduler.ts';
import { startPushTokens } from './tokens.ts';

export const PROJECT = 'demo-counterfoil';

// Public on purpose: they sign nothing but pretended money. Two are live, as while a secret is being rotated.
const SECRETS = [
  'whsec_bG9jYWwtc2FuZGJveC1zZWNyZXQtb25lLTAwMQ==',
  'whsec_bG9jYWwtc2FuZGJveC1zZWNyZXQtdHdvLTAwMg==',
];

export type StackOptions = {
  readonly base: number;
  /** Wakes every function at the start. */
  readonly warm?: boolean;
  /** The function whose process waits for a debugger's connection. */
  readonly inspect?: string | undefined;
  readonly onLog?: (line: LogLine) => void;
  readonly say: (line: string) => void;
};

export type Stack = {
  readonly api: string;
  readonly bank: string;
  readonly auth: string;
  readonly functions: readonly LocalFunction[];
  readonly emulators: Readonly<Record<string, string>>;
  isQuiet(): Promise<boolean>;
  stop(): Promise<void>;
};

/** Starts all of Counterfoil on this machine; what it could not finish starting it stops again. */
export async function startStack({
  base,
  warm,
  inspect,
  onLog = () => {},
  say,
}: StackOptions): Promise<Stack> {
  const ports = portsFrom(base);
  const folder = `.local/${base}`;
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    await mkdir(folder, { recursive: true });
    const { firestore: firestorePort, pubsub, auth, authHub, authLogging } = ports;
    const emulators = await startEmulators({
      ports: { firestore: firestorePort, pubsub, auth, authHub, authLogging },
      project: PROJECT,
      folder,
    });
    stops.push(() => emulators.stop());
    // Our own clients in this process find the emulators where the functions do.
    Object.assign(process.env, emulators.variables);

    const tokens = await startPushTokens(ports.keys);
    stops.push(() => tokens.stop());

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
            ...tokens.variables,
            PUSH_TOKEN_AUDIENCE: url,
            [secretsVariable('sandbox')]: SECRETS.join(','),
            ...Object.fromEntries(own.map((name) => [name, process.env[name]])),
          },
          onLog,
          onPid: () => void save(),
          say,
        }),
      );
    }

    const bridge = await startBridge({ project: PROJECT, functions, tokens });
    stops.push(() => bridge.stop());

    const api = `http://127.0.0.1:${ports.gateway}`;
    const bank = await startSandboxBank({
      port: ports.bank,
      subscriberUrl: `${api}/webhooks/sandbox`,
      secrets: SECRETS,
    });
    const gateway = await startGateway({ port: ports.gateway, functions, isQuiet });
    stops.push(() => gateway.stop());
    stops.push(() => bank.stop());
    stops.push(startScheduler(functions, tokens));

    const firestore = new Firestore({ projectId: PROJECT });
    stops.push(() => firestore.terminate());

    const emulatorAddresses = {
      firestore: `127.0.0.1:${ports.firestore}`,
      pubsub: `127.0.0.1:${ports.pubsub}`,
      auth: `127.0.0.1:${ports.auth}`,
    };
    let saving = Promise.resolve();
    let saved = false;
    if (warm) await Promise.all(functions.map((local) => local.ready()));
    saved = true;
    await save();
    stops.push(async () => {
      saved = false;
      await saving;
      await Promise.all(stackFiles(base).map((file) => rm(file, { force: true })));
    });
    return {
      api,
      bank: bank.url,
      auth: `http://127.0.0.1:${ports.auth}`,
      functions,
      emulators: emulatorAddresses,
      isQuiet,
      stop,
    };

    async function isQuiet(): Promise<boolean> {
      const before = gateway.handled();
      const idle = () => bank.pending() === 0 && gateway.inFlight() === 0 && gateway.handled() === before;
      return idle() && (await bridge.isQuiet()) && !(await anyUnpublished()) && idle();
    }

    async function anyUnpublished(): Promise<boolean> {
      const { collection, where = [] } = unpublishedInboxes(1);
      const [[field, , value] = ['unpublished', '==', true]] = where;
      return !(await firestore.collection(collection).where(field, '==', value).limit(1).get()).empty;
    }

    /** What others find the stack by; written whole, so that nobody reads half of it. */
    function save(): Promise<void> {
      if (!saved) return Promise.resolve();
      saving = saving.then(async () => {
        const text = JSON.stringify(
          {
            project: PROJECT,
            api,
            bank: bank.url,
            functions: Object.fromEntries(
              functions.map((local) => [local.fn.name, { url: local.url, pid: local.pid() }]),
            ),
            emulators: emulatorAddresses,
            webhookSecrets: { sandbox: SECRETS },
          },
          null,
          2,
        );
        for (const file of stackFiles(base)) {
          await writeFile(`${file}.new`, `${text}\n`);
          await rename(`${file}.new`, file);
        }
      });
      return saving;
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function stackFiles(base: number): string[] {
  return [`.local/${base}/stack.json`, ...(base === 8400 ? ['.local/stack.json'] : [])];
}
