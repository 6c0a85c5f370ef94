import type { Ask } from '../banks/bank.ts';
import type { Platform } from '../platform/platform.ts';
import type { Log } from './log.ts';
import type { Telemetry } from './telemetry.ts';
import type { Turns } from './turns.ts';

/** What a function's process stands on. Tests put in a memory platform, a fixed clock and a silent log. */
export type Env = {
  readonly platform: Platform;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Of whoever in this process wants the same thing. */
  readonly turns: Turns;
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
  /** Who sent this `Authorization` header; throws a `PublicError` 401. */
  identify(authorization: string | undefined): Promise<Caller>;
  /** A token of our own service account for one of Google's APIs, by its OAuth scope. */
  accessToken(scope: string): Promise<string>;
  readonly fcm: Fcm;
  /** One request to somebody's API, as a bank's. */
  readonly ask: Ask;
  /**
   * Only while a read model is rebuilt from what is archived: the rebuild's id. Under it every event is handled
   * once more, whoever handled it before, and nothing is published or parked.
   */
  readonly rebuild?: string | undefined;
};

/** Whom a Firebase ID token names; an operator by the custom claim `role: "operator"`. */
export type Caller = {
  readonly uid: string;
  readonly isOperator: boolean;
  /** When they signed in, which a renewed token does not change. */
  readonly authenticatedAt?: Date | undefined;
};

/** Firebase Cloud Messaging: where it takes our project's messages, and whether a stand-in is in its place. */
export type Fcm = { readonly sendUrl: string; readonly isEmulated: boolean };
