import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, vi } from 'vitest';
import { Deliveries } from './deliveries.ts';
import { type BankEvent, eventOf } from './events.ts';
import { faultsSchema } from './faults.ts';

export const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'];

export interface Received {
  webhookId: string;
  secret: string | undefined;
  skewSeconds: number;
  receivedAt: number;
  eventIds: string[];
  body: { events: BankEvent[] };
}

/** The first statuses, then always 202; or what each is answered. */
type Answers = (number | 'never')[] | ((received: Received) => number);

/** A subscriber that checks signatures with the reference library. */
export async function aSubscriber(answers: Answers = []) {
  const tries: Received[] = [];
  const answerTo = (received: Received, index: number) =>
    typeof answers === 'function' ? answers(received) : (answers[index] ?? 202);
  const acknowledged = () => tries.filter((received, index) => answerTo(received, index) === 202);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const secret = secrets.find((candidate) => signedWith(candidate, body, headers));
    const skewSeconds = Math.round(Number(headers['webhook-timestamp']) - Date.now() / 1000);
    const webhookId = headers['webhook-id'] ?? '';
    const parsed: Received['body'] = JSON.parse(body);
    const eventIds = parsed.events.map((event) => event.id);
    const received = { webhookId, secret, skewSeconds, receivedAt: Date.now(), eventIds, body: parsed };
    const answer = answerTo(received, tries.push(received) - 1);
    if (answer !== 'never') response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/sandbox`,
    tries,
    acknowledged,
  };
}

function signedWith(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

export async function aSender(options: { answers?: Answers; faults?: object } = {}) {
  const subscriber = await aSubscriber(options.answers);
  const deliveries = new Deliveries({ subscriberUrl: subscriber.url, secrets });
  deliveries.faults = faultsSchema.parse(options.faults ?? {});
  onTestFinished(() => deliveries.stop());
  return { ...subscriber, deliveries };
}

export function send(deliveries: Deliveries, count: number): string[] {
  const ids = Array.from({ length: count }, (_, n) => `evt_${n}`);
  for (const id of ids) deliveries.send(anEvent(id));
  return ids;
}

function anEvent(id: string): BankEvent {
  const data = { ownerRefs: ['uid_anna'], currency: 'DKK' } as const;
  const occurredAt = new Date('2026-02-28T09:30:00.000Z');
  return eventOf({
    id,
    type: 'account.frozen',
    occurredAt,
    accountId: 'acct_1',
    data: { ...data, ownerRefs: ['uid_anna'] },
  });
}

export const settled = (deliveries: Deliveries) =>
  vi.waitFor(() => expect(deliveries.pending).toBe(0), { timeout: 4000, interval: 5 });
