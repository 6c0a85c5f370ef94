import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Firestore } from '@google-cloud/firestore';
import { Webhook } from 'standardwebhooks';
import { inject } from 'vitest';
import { signIn } from '../../local/customer.ts';

/** The running stack as someone from outside drives it: its addresses come from `stack.json` alone. */
export const stack = JSON.parse(readFileSync(inject('stackFile'), 'utf8')) as {
  project: string;
  api: string;
  bank: string;
  fcm: string;
  telemetry: string;
  functions: Record<string, { url: string; pid: number | null }>;
  emulators: { firestore: string; pubsub: string; auth: string };
  webhookSecrets: { sandbox: [string, string] };
};

process.env.FIRESTORE_EMULATOR_HOST = stack.emulators.firestore;
process.env.METADATA_SERVER_DETECTION = 'none';
export const firestore = new Firestore({ projectId: stack.project, useBigInt: true });

export function pidOf(name: string): number | null {
  const now = JSON.parse(readFileSync(inject('stackFile'), 'utf8')) as typeof stack;
  return now.functions[name]?.pid ?? null;
}

export type Answer<T = Record<string, unknown>> = { status: number; headers: Headers; body: T };

async function ask<T = Record<string, unknown>>(url: string, options: RequestInit = {}): Promise<Answer<T>> {
  const response = await fetch(url, options);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text ? JSON.parse(text) : undefined) as T,
  };
}

/** Tells the sandbox bank what happened; answers what it made. */
export async function atBank<T = Record<string, string>>(
  path: string,
  body: unknown,
  method = 'POST',
): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask<T>(stack.bank + path, { method, headers, body: JSON.stringify(body) });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export type Customer = { uid: string; idToken: string };

export function newCustomer(): Promise<Customer> {
  return signIn(`http://${stack.emulators.auth}`, {
    email: `${randomUUID()}@example.com`,
    password: 'counterfoil',
  });
}

export function atApi<T = Record<string, unknown>>(
  path: string,
  token: string | undefined,
): Promise<Answer<T>> {
  return ask<T>(stack.api + path, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

/** As the app's own requests, with a body that is sent as it is where it is a text. */
export function putAtApi(path: string, customer: Customer, body?: object | string): Promise<Response> {
  return fetch(stack.api + path, {
    method: 'PUT',
    headers: { authorization: `Bearer ${customer.idToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

export async function openAccount(customer: Customer): Promise<string> {
  const { accountId = '' } = await atBank('/accounts', { ownerRefs: [customer.uid], currency: 'DKK' });
  return accountId;
}

/** A delivery signed as the bank signs; every part of it can be bent. */
export function signedDelivery(
  body: string | Buffer,
  { secret = stack.webhookSecrets.sandbox[0] as string, id = `msg_${randomUUID()}`, at = new Date() } = {},
): RequestInit & { headers: Record<string, string>; body: string | Buffer } {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body.toString()),
    },
    body,
  };
}

export function deliver(delivery: RequestInit): Promise<Answer> {
  return ask(`${stack.api}/webhooks/sandbox`, delivery);
}

/** One event in the bank's words. */
export function bankEvent(
  type: string,
  accountId: string,
  data: Record<string, unknown>,
  id = `evt_${randomUUID()}`,
) {
  return { id, type, occurredAt: new Date().toISOString(), accountId, data };
}

export function booking(accountId: string, amountMinor: string, transactionId = `btx_${randomUUID()}`) {
  const amount = { amountMinor, currency: 'DKK' };
  return bankEvent('transaction.booked', accountId, { transactionId, direction: 'credit', amount });
}

/** Waits until every backlog is empty, as `/_local/quiet` tells. */
export async function untilQuiet(seconds = 90): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while ((await ask(`${stack.api}/_local/quiet`)).status !== 200) {
    if (Date.now() > deadline) throw new Error(`not quiet within ${seconds} seconds`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

export async function figuresOf(accountId: string, customer: Customer) {
  const { body } = await atApi<Record<'bookedMinor' | 'heldMinor' | 'availableMinor', string>>(
    `/v1/accounts/${accountId}`,
    customer.idToken,
  );
  return body;
}
