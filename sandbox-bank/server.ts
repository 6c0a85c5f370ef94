import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import * as z from 'zod';
import { createApi, reopen } from './api.ts';
import { openBank } from './bank.ts';
import { Deliveries } from './deliveries.ts';
import { type BankEvent, deliverySchema } from './events.ts';
import type { KeptBank } from './journal.ts';
import type { Ledger } from './ledger.ts';

export interface SandboxBank {
  url: string;
  ledger: Ledger;
  /** How many events the subscriber has not yet acknowledged. */
  pending(): number;
  stop(): Promise<void>;
  /** What the next bank is started with to go on with these books. Asked for after `stop`, it misses nothing. */
  kept(): KeptBank;
}

const dueEveryMs = 250;

/**
 * Starts a bank on this machine alone, since it asks nobody who they are, with empty books or with those that were kept:
 * what their subscriber acknowledged is not told again. Port 0 takes any free one; rejects when the port is taken, a
 * secret is not `whsec_` and base64, or the kept books cannot be had again.
 */
export async function startSandboxBank(options: {
  port: number;
  host?: '127.0.0.1';
  subscriberUrl: string;
  secrets: string[];
  kept?: KeptBank | undefined;
  /** How often the bank says that it is there; it does not, unless this is given. */
  heartbeatMs?: number | undefined;
}): Promise<SandboxBank> {
  const deliveries = new Deliveries(options);
  const unacknowledged = new Set(options.kept?.unacknowledged);
  const untold: BankEvent[] = [];
  let tell = (event: BankEvent) => {
    if (unacknowledged.has(event.id)) untold.push(event);
  };
  const bank = openBank({ onEvent: (event) => tell(event) });
  const api = createApi({ bank, deliveries });
  await reopen({ bank, api, entries: options.kept?.entries ?? [] });
  tell = (event) => deliveries.send(event);
  const server = createAdaptorServer({ fetch: api.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  const expiring = setInterval(bank.expireDue, dueEveryMs);
  const beat = () => deliveries.send(bank.heartbeat());
  const beating = options.heartbeatMs ? setInterval(beat, options.heartbeatMs) : undefined;
  untold.forEach(tell);

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger: bank.ledger,
    pending: () => deliveries.pending,
    kept: () => ({ entries: bank.journal.entries, unacknowledged: deliveries.unacknowledged }),
    async stop() {
      clearInterval(expiring);
      clearInterval(beating);
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await Promise.all([closed, deliveries.stop()]);
    },
  };
}

const help = `The sandbox bank: holds pretended money and tells its subscriber by signed webhooks.

  tsx sandbox-bank/server.ts --subscriber <url> [--port 8490] [--heartbeat-ms 30000]

  --subscriber <url>  where webhooks are posted, such as http://127.0.0.1:8400/webhooks/sandbox
  --port <number>     where the bank's API listens, on 127.0.0.1 (default 8490)
  --heartbeat-ms <n>  tells its subscriber every so many ms that it is there (default: never)
  --schema            print the JSON Schema of a delivery (kept in sandbox-bank/delivery.schema.json)
  --help              print this

SANDBOX_WEBHOOK_SECRETS holds the signing secrets, whsec_..., separated by commas.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8490' },
      subscriber: { type: 'string' },
      'heartbeat-ms': { type: 'string' },
      schema: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(help);
  if (values.schema) return console.log(JSON.stringify(deliverySchema(), null, 2));
  const secrets = (process.env.SANDBOX_WEBHOOK_SECRETS ?? '').split(',').filter((secret) => secret !== '');
  if (!values.subscriber || secrets.length === 0) {
    throw new Error('--subscriber and SANDBOX_WEBHOOK_SECRETS are needed; see --help');
  }
  const heartbeat = z.coerce.number().pipe(z.int().min(1).max(86_400_000)).optional();
  const heartbeatMs = heartbeat.safeParse(values['heartbeat-ms']);
  if (!heartbeatMs.success) throw new Error('--heartbeat-ms is a whole number of ms, a day at most');

  const bank = await startSandboxBank({
    port: Number(values.port),
    heartbeatMs: heartbeatMs.data,
    subscriberUrl: values.subscriber,
    secrets,
  });
  console.log(`The sandbox bank listens on ${bank.url} and tells ${values.subscriber}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => bank.stop());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
