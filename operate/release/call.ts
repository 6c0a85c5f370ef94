import { randomUUID } from 'node:crypto';
import { banks } from '../../shared/banks/index.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';

/** What a release itself asks of a revision: a call that is counted, and does what may always come once too often. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whose token it carries; nobody's where it is to be refused for that. */
  readonly as: 'pusher' | 'ticker' | undefined;
  readonly expects: 204 | 401;
};

const JSON_BODY = { 'content-type': 'application/json' };

/**
 * An event function is sent a kind of event that nobody listens to; one that answers requests is asked by nobody, and
 * refuses; a schedule is ticked, since ticks may always come once too often.
 */
export function callOf(fn: DeclaredFunction, now: Date): Call {
  if (fn.trigger === 'request') {
    const [method = '', path = ''] = fn.routes[0]?.split(' ') ?? [];
    return {
      method: method as Call['method'],
      path: path.replace(':bank', banks[0]?.name ?? '').replaceAll(/:\w+/g, 'released'),
      headers: {},
      body: '',
      as: undefined,
      expects: 401,
    };
  }
  if (fn.trigger === 'schedule') {
    return { method: 'POST', path: '/', headers: JSON_BODY, body: '{}', as: 'ticker', expects: 204 };
  }
  const event = {
    specversion: '1.0',
    id: `evt_${randomUUID()}`,
    source: 'release',
    type: 'release.called',
    subject: `functions/${fn.name}`,
    time: now.toISOString(),
    traceparent: '',
    data: {},
  };
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  const body = JSON.stringify({ message: { data, attributes: { type: event.type } } });
  return { method: 'POST', path: '/', headers: JSON_BODY, body, as: 'pusher', expects: 204 };
}
