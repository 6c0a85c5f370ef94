import type { RequestFunction } from '../../../shared/runtime/declared.ts';
import { asAnswered, type DescribedRoute, type Refusals } from '../../../shared/runtime/described.ts';

/** All that a route may refuse by, by status: its own codes, and what the runtime refuses before it or around it. */
export function refusalsOf(fn: RequestFunction, route: string, described: DescribedRoute): Refusals {
  const isOnce = fn.onceRoutes.includes(route);
  const readsBody = described.body !== undefined && fn.caller !== 'bank';
  const parts = [
    ...(fn.caller === 'bank' ? [] : [TOKEN]),
    ...(fn.caller === 'operator' ? [ROLE] : []),
    ...(route.startsWith('GET ') ? [] : [SIZE]),
    ...(described.isPaged ? [PAGE] : []),
    ...(readsBody ? [BODY] : []),
    ...(isOnce ? [ONCE] : []),
    ...(described.refusals ? [described.refusals] : []),
  ];
  const statuses = [...new Set(parts.flatMap((part) => Object.keys(part)))].map(Number).sort();
  return Object.fromEntries(
    statuses.map((status) => [status, Object.assign({}, ...parts.map((part) => part[status]))]),
  );
}

const TOKEN: Refusals = {
  401: {
    'token.missing': 'Send a Firebase ID token.',
    'token.invalid': 'The token is not valid here, or has expired. Sign in again.',
  },
};

const ROLE: Refusals = { 403: asAnswered('operator.role-missing') };

const SIZE: Refusals = { 413: { 'body.too-large': 'A request is at most 1 MiB.' } };

const PAGE: Refusals = {
  400: {
    'limit.invalid': 'limit is 1 to 100.',
    'cursor.invalid': 'Send nextCursor as it was received.',
  },
};

const BODY: Refusals = {
  400: { 'body.not-json': 'The body is no JSON in UTF-8.' },
  422: { 'body.invalid': 'The body is not as described; `detail` says where.' },
};

const ONCE: Refusals = {
  400: {
    'idempotency-key.missing': 'Send an Idempotency-Key, a new one for each thing that is asked for.',
    'idempotency-key.invalid': 'An Idempotency-Key is 1 to 255 of ASCII, no spaces.',
  },
  409: { 'idempotency-key.in-flight': 'It is being done. Ask again soon: `Retry-After` says when.' },
  422: { 'idempotency-key.reused': 'The key was used for something else.' },
};
