import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';

/** The caller gets no answer. What it stands for may have been done, or not; that is for the caller to find out. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
  /** As of a socket that the other side closed, for whoever asks the bank in memory. */
  readonly code = 'ECONNRESET';

  constructor() {
    super('The bank cut the connection.');
  }
}

/** Cuts the caller's connection. In memory there is none, so the request itself is rejected. */
export function cut(c: Context, error: ConnectionCut): Response {
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse };
  if (!outgoing) throw error;
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}
