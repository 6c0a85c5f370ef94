import * as z from 'zod';
import { DETAILS } from './details.ts';

/**
 * What callers are told of a function's routes, each as in `GET /v1/accounts/:accountId`. It stands in `api.ts` beside
 * the function, makes `docs/openapi.json`, and is no part of any bundle.
 */
export type Api = Readonly<Record<string, DescribedRoute>>;

export type DescribedRoute = {
  /** What a generated client calls it, as in `listAccounts`. */
  readonly operationId: string;
  readonly summary: string;
  /** What the summary leaves open. */
  readonly description: string;
  /** Of its path, by name. */
  readonly params?: Parameters;
  readonly query?: Parameters;
  readonly headers?: Parameters;
  /** It answers page by page: by `limit` and `cursor`. */
  readonly isPaged?: true;
  readonly body?: DescribedBody;
  /** What it answers when it does what was asked, by status. */
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  /** Its own codes by status, each with what it means; what the runtime refuses is known. */
  readonly refusals?: Refusals;
};

/** By name; one whose schema is optional may be left out. */
export type Parameters = Readonly<Record<string, z.ZodType>>;

export type Refusals = Readonly<Record<number, Readonly<Record<string, string>>>>;

/** What these codes mean, in the very words that are answered with them. */
export function asAnswered<Code extends keyof typeof DETAILS>(...codes: readonly Code[]) {
  return Object.fromEntries(codes.map((code) => [code, DETAILS[code]])) as Pick<typeof DETAILS, Code>;
}

export type DescribedBody = {
  /** The very schema that the handler parses with. */
  readonly schema: z.ZodType;
  /** It may be left out, whole. */
  readonly isOptional?: true;
  readonly description: string;
  readonly example: unknown;
  /** What single fields are, where their names leave that open. */
  readonly fields?: Readonly<Record<string, string>>;
};

export type DescribedAnswer = {
  readonly description: string;
  /** As it is on the wire: amounts are digits. Strict, so that a test finds the field that nobody described. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** What stands in its headers, by name. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** Names each of them: what is new among them does not compile until callers are told of it. */
export type EnumOf<Value extends string> = z.ZodEnum<{ [Each in Value]: Each }>;

/** A page of a list; `nextCursor` is there while there are more. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: nextCursor.optional() });
}

const nextCursor = z
  .string()
  .meta({ description: 'Send it as `cursor` for the next page; none is the end.' });
