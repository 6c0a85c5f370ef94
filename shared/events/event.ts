import * as z from 'zod';
import { utc } from '../domain/instant.ts';

/**
 * A fact on its way through Pub/Sub: a CloudEvents 1.0 event in structured JSON, with the extensions
 * `traceparent` (W3C trace context), `fingerprint`, `to` and `link`. `time` is when the fact occurred, by the clock of whoever stated it.
 */
export type Event<Type extends string = string, Data = unknown> = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly subject: string;
  readonly time: string;
  readonly traceparent: string;
  /** A digest of what the source said, where a source may say other things under one id. */
  readonly fingerprint?: string | undefined;
  /** The one function that a redriven event is for; the others of its topic have had it. */
  readonly to?: string | undefined;
  /** The trace of the work that had it published once more; its own goes on. */
  readonly link?: string | undefined;
  readonly data: Data;
};

/** A kind of event: its name, the topic that carries it, and the shape of its data on the wire and in code. */
export type Kind<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly topic: Topic;
  readonly data: z.ZodType<Data>;
};

export type Topic =
  | 'partner-bank-webhooks'
  | 'bank-facts'
  | 'transactions'
  | 'payments'
  | 'customers'
  | 'notifications'
  | 'coherence'
  | 'dead-letters';

/** What a function returns to have it published; id, time, source and trace are the runtime's to fill in. */
export type Draft<K extends Kind = Kind> =
  K extends Kind<infer Type, infer Data>
    ? {
        readonly type: Type;
        readonly subject: string;
        readonly data: Data;
        readonly id?: string | undefined;
        readonly time?: string | undefined;
        readonly fingerprint?: string | undefined;
        readonly source?: string | undefined;
      }
    : never;

export type EventOf<K extends Kind> = K extends Kind<infer Type, infer Data> ? Event<Type, Data> : never;

export function kind<const Type extends string, Data>(
  type: Type,
  topic: Topic,
  data: z.ZodType<Data>,
): Kind<Type, Data> {
  return { type, topic, data };
}

/** What to publish of this kind. `id` and `time` are given only where the fact brings its own. */
export function draft<const Type extends string, Data>(
  { type }: Kind<Type, Data>,
  content: { subject: string; data: Data; id?: string; time?: string },
) {
  return { type, ...content };
}

const envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(256),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  traceparent: z.string(),
  fingerprint: z.string().optional(),
  to: z.string().optional(),
  link: z.string().optional(),
  data: z.unknown(),
});

/** Reads an event's envelope; its data is still as on the wire. */
export function parseEnvelope(json: unknown): Event {
  return envelope.parse(json);
}

const DIGITS = 'a whole number of minor units, as text';

/** Minor units: a positive or zero integer, on the wire a string of digits, in code a bigint. */
export const minorUnits = z.codec(z.string(DIGITS).regex(/^(0|[1-9][0-9]{0,17})$/, DIGITS), z.bigint(), {
  decode: (digits) => BigInt(digits),
  encode: (amount) => amount.toString(),
});

/** Minor units with a sign. */
export const signedMinorUnits = z.codec(z.string().regex(/^(0|-?[1-9][0-9]{0,17})$/), z.bigint(), {
  decode: (digits) => BigInt(digits),
  encode: (amount) => amount.toString(),
});

/** The number of a resource's state, where the bank numbers them. */
export const resourceVersion = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional();

export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in DKK');
export const direction = z.enum(['credit', 'debit']);
export const plainDate = z.iso.date('a date as in 2026-11-27');
/** RFC 3339, of a year of four digits once it is in UTC, so that texts sort as instants do. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => !Number.isNaN(Date.parse(text)) && /^[0-9]{4}-/.test(utc(text)));
