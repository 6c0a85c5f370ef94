import { createHmac } from 'node:crypto';
import type * as z from 'zod';
import type { Part } from '../domain/transaction.ts';
import { PublicError } from '../errors.ts';
import { bankFacts } from '../events/bank-facts.ts';
import type { Draft, Event, Kind } from '../events/event.ts';
import { deliveryReceived } from '../events/partner-bank-webhooks.ts';
import { memoryCloud } from '../platform/memory.ts';
import type { Message } from '../platform/platform.ts';
import type { RawRequest } from '../runtime/declared.ts';
import type { Env } from '../runtime/env.ts';
import type { Log } from '../runtime/log.ts';
import { outgoing, toMessage } from '../runtime/outgoing.ts';
import { noTelemetry } from '../runtime/telemetry.ts';
import { takeTurns } from '../runtime/turns.ts';

/** The clock of every test that does not choose another. */
export const NOW = new Date('2026-11-23T10:00:00.000Z');

export const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export const silentLog: Log = { info() {}, warn() {}, error() {}, in: () => silentLog };

/** What a function's process stands on: memory, a fixed clock, no log; a bearer token is its own uid, of a sign-in at `NOW`; an operator's begins with `op-`. */
export function anEnv(changes: Partial<Env> = {}): Env {
  return {
    platform: memoryCloud().instance(),
    log: silentLog,
    telemetry: noTelemetry,
    turns: takeTurns(),
    now: () => NOW,
    async sleep() {},
    async identify(authorization) {
      const uid = authorization?.replace(/^Bearer /, '');
      if (!uid) throw new PublicError(401, 'token.missing');
      return { uid, isOperator: uid.startsWith('op-'), authenticatedAt: NOW };
    },
    accessToken: async () => 'token-of-our-own',
    // Tests put their own in the place of `fetch`.
    async ask(url, request) {
      const response = await fetch(url, request && { ...request });
      return { status: response.status, body: await response.text() };
    },
    fcm: { sendUrl: 'https://fcm.googleapis.com/v1/projects/demo-test/messages:send', isEmulated: false },
    ...changes,
  };
}

/** One entry about a transaction: a debit in DKK unless told otherwise. */
export function aPart(kind: Part['kind'], amountMinor: bigint, changes: Partial<Part> = {}): Part {
  return {
    kind,
    id: `${kind}-1`,
    occurredAt: '2026-11-23T09:00:00.000Z',
    direction: 'debit',
    amountMinor,
    currency: 'DKK',
    ...changes,
  };
}

/** These parts as a transaction keeps them. */
export function partsOf(...parts: readonly Part[]): Record<string, Part> {
  return Object.fromEntries(parts.map((part) => [`${part.kind}:${part.id}`, part]));
}

type FactKind = (typeof bankFacts)[number];
type FactType = FactKind['type'];
type FactData<T extends FactType> = Extract<FactKind, { type: T }> extends Kind<T, infer Data> ? Data : never;

/** A canonical fact about `acct-1`, as it leaves `translate-delivery`. `amountMinor` is DKK. */
export function aFact<T extends FactType>(
  type: T,
  changes: Partial<FactData<T>> & { id?: string; time?: string; amountMinor?: bigint } = {},
): Message {
  const { id = `fact-${type}`, time = '2026-11-23T09:00:00.000Z', amountMinor = 10_000n, ...own } = changes;
  const data = {
    bank: 'sandbox',
    accountId: 'acct-1',
    bankEventId: `evt-${id}`,
    deliveryId: `dlv-${id}`,
    receivedAt: NOW.toISOString(),
    role: 'books',
    direction: 'debit',
    amount: { amountMinor, currency: 'DKK' },
    ownerIds: ['uid-ann'],
    currency: 'DKK',
    transactionId: 'transfer-1',
    cardId: 'card-1',
    ...(type !== 'card.refunded' && type !== 'card.cleared' && { authorisationId: 'auth-1' }),
    incrementId: 'increment-1',
    reversalId: 'reversal-1',
    ...(type === 'card.cleared' && { clearingId: 'clearing-1' }),
    final: false,
    refundId: 'refund-1',
    ...own,
  };
  const fact = { type, subject: 'acct-1', id, time, data } as unknown as Draft<FactKind>;
  return aMessage(bankFacts, fact, 'translate-delivery');
}

/** An event of one of these kinds, as the runtime would publish it. */
export function aMessage(kinds: readonly Kind[], event: Draft, from = 'some-function'): Message {
  const by = { functionName: from, cause: 'cause-1', publishes: kinds, traceparent: TRACEPARENT, now: NOW };
  const [made] = outgoing(by, [event]);
  if (!made) throw new Error('no event');
  return toMessage(made.event);
}

export function eventIn({ data }: Pick<Message, 'data'>): Event {
  return JSON.parse(Buffer.from(data).toString()) as Event;
}

/** A request as the door hands it on; a customer's token is their uid, and '' sends none. */
export function aRequest(
  method: string,
  url: string,
  uid: string,
  { headers = {}, rawBody = Buffer.alloc(0) }: Partial<Pick<RawRequest, 'headers' | 'rawBody'>> = {},
): RawRequest {
  const authorization = uid ? { authorization: `Bearer ${uid}` } : {};
  return { method, url, headers: { traceparent: TRACEPARENT, ...authorization, ...headers }, rawBody };
}

/** One of the sandbox bank's events, in its own words. */
export type WireEvent = {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly accountId: string;
  readonly resourceVersion?: number;
  readonly data: Readonly<Record<string, unknown>>;
};

const MERCHANT = { name: 'Kaffebar', mcc: '5814', country: 'DK' };

/** An event of the sandbox bank about `acct-1`; its data has all that any type needs, amounts in DKK. */
export function aWireEvent(
  type: string,
  data: Readonly<Record<string, unknown>> & { amountMinor?: string } = {},
  envelope: Partial<Omit<WireEvent, 'type' | 'data'>> = {},
): WireEvent {
  const { amountMinor = '10000', ...own } = data;
  const amount = { amountMinor, currency: 'DKK' };
  const moves = /^card\..*-(incremented|reversed)$/.test(type) ? { delta: amount } : { amount };
  const kind = type.startsWith('account.') ? {} : { direction: 'debit', ...moves };
  return {
    id: `evt-${type}`,
    type,
    occurredAt: '2026-11-23T09:00:00Z',
    accountId: 'acct-1',
    ...envelope,
    data: { ...kind, ...(type.startsWith('card.') && { cardId: 'card-1', merchant: MERCHANT }), ...own },
  };
}

/** The bytes of one delivery of the sandbox bank. */
export function aBody(...events: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ events }));
}

/** A verified delivery, as `receive-bank-webhook` publishes it. */
export function aDelivery(
  body: Buffer,
  changes: Partial<z.output<typeof deliveryReceived.data>> = {},
): Message {
  const deliveryId = changes.deliveryId ?? 'dlv-1';
  const data = {
    bank: 'sandbox',
    deliveryId,
    receivedAt: NOW.toISOString(),
    headers: { 'webhook-id': 'msg-1' },
    bodyBase64: body.toString('base64'),
    ...changes,
  };
  const event = { type: deliveryReceived.type, subject: deliveryId, id: deliveryId, data };
  return aMessage([deliveryReceived], event, 'receive-bank-webhook');
}

export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of 32 bytes, for tests.').toString('base64')}`;

/** What `receive-bank-webhook` is configured with. */
export const WEBHOOK_SECRETS = {
  SANDBOX_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  SANDBOX_PROCESSOR_WEBHOOK_SECRETS: `whsec_${Buffer.from('the processor’s own secret').toString('base64')}`,
};

/** Where no bank’s API is; `aPushService` answers there that it knows nobody. */
export const NO_BANK = 'http://no-bank.test';

/** All that functions ask for which has no default. */
export const CONFIG = { ...WEBHOOK_SECRETS, SANDBOX_API_URL: NO_BANK };

/** The headers of a Standard Webhooks delivery, made as the specification says: HMAC over `id.timestamp.body`. */
export function signedHeaders(
  body: Buffer,
  { secret = WEBHOOK_SECRET, id = 'msg-1', at = NOW }: { secret?: string; id?: string; at?: Date } = {},
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
