import type { Platform } from '../platform/platform.ts';
import type { Log } from './log.ts';

/** What a function's process stands on. Tests put in a memory platform, a fixed clock and a silent log. */
export type Env = {
  readonly platform: Platform;
  readonly log: Log;
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
  /** The uid of the customer who sent this `Authorization` header; throws a `PublicError` 401. */
  identify(authorization: string | undefined): Promise<string>;
};
