import { STATUS_CODES } from 'node:http';
import type { PublicError } from '../errors.ts';
import { detailOf } from './details.ts';

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; nothing is sent where there is none. */
  readonly body?: unknown;
};

/** A refusal as RFC 9457 problem details. `code` is stable and for programs, `detail` for people. */
export function problem({
  status,
  code,
  detail = detailOf(code),
  headers,
}: Omit<PublicError, keyof Error>): Answer {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { type: `urn:counterfoil:problem:${code}`, title: STATUS_CODES[status], status, code, detail },
  };
}
