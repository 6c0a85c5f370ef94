import * as z from 'zod';
import { PermanentError } from '../../../shared/errors.ts';
import type { Given } from '../../../shared/runtime/declared.ts';

export type Push = {
  readonly token: string;
  /** What a later push of the same thing replaces on the phone. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Ids alone: whatever shows a push's text may not show its data. */
  readonly ids: Readonly<Record<string, string>>;
};

/**
 * Sends one push; `unregistered` is a token that nobody has any more, `invalid-token` one that never was any. Throws
 * what is tried again, or parked.
 */
export type Fcm = (push: Push, now: Date) => Promise<'delivered' | 'unregistered' | 'invalid-token'>;

export const FCM_SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const CALL_MS = 10_000;
// Google asks for this pause after a 429 that names none.
const QUOTA_PAUSE_MS = 60_000;
// By then a push is useless; and a header that says years must not stop us for years.
const PAUSE_MS_MAX = 24 * 60 * 60 * 1000;

// Source: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
const ERROR_TYPE = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const accepted = z.object({ name: z.string() });
const refused = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z
      .array(
        z.object({
          '@type': z.string().optional(),
          errorCode: z.string().optional(),
          fieldViolations: z.array(z.object({ field: z.string().optional() })).optional(),
        }),
      )
      .default([]),
  }),
});

/** Firebase Cloud Messaging over HTTP v1. While it asks for a pause, this instance leaves it alone. */
export function openFcm({ accessToken, fcm }: Pick<Given<z.ZodObject>, 'accessToken' | 'fcm'>): Fcm {
  let pausedUntilMs = 0;

  return async (push, now) => {
    if (now.getTime() < pausedUntilMs) throw failure('fcm.paused');
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(CALL_MS);
    const token = fcm.isEmulated ? 'owner' : await before(signal, accessToken(FCM_SCOPE));
    const { response, body } = await post(token, push, signal);
    if (response.status === 200 && accepted.safeParse(body).success) return 'delivered';

    const answeredAtMs = now.getTime() + (performance.now() - startedAt);
    pausedUntilMs = Math.max(pausedUntilMs, pauseEnd(response, answeredAtMs));
    return refusal(response.status, body);
  };

  async function post(token: string, push: Push, signal: AbortSignal) {
    try {
      const response = await fetch(fcm.sendUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(messageOf(push)),
        signal,
      });
      return { response, body: parsed(await response.text()) };
    } catch (cause) {
      throw failure('fcm.unreachable', cause);
    }
  }
}

/** High, because a phone that sleeps is woken for nothing less; nobody needs to hear later of their own purchase. */
function messageOf({ token, tag, title, body, ids }: Push) {
  return {
    message: {
      token,
      notification: { title, body },
      data: ids,
      android: { priority: 'HIGH', notification: { tag } },
      apns: { headers: { 'apns-collapse-id': tag } },
    },
  };
}

/** What no retry mends is parked with FCM's word for it; only its own word for a token that is gone removes a device. */
function refusal(status: number, body: unknown): 'unregistered' | 'invalid-token' {
  const answer = refused.safeParse(body);
  // A page of a proxy's, or half an answer: nothing that FCM said.
  if (!answer.success) throw failure(`fcm.unreadable-${status}`);
  const { error } = answer.data;
  const code = error.details.find((detail) => detail['@type'] === ERROR_TYPE)?.errorCode;
  if (status === 404 && code === 'UNREGISTERED') return 'unregistered';
  if (status === 404) throw new PermanentError('fcm.not-found', { status });
  // What an app sends as its token is its own affair, and no work for an operator.
  if (status === 400 && error.details.some(namesToken)) return 'invalid-token';
  if (status === 400 && (code ?? error.status) === 'INVALID_ARGUMENT')
    throw new PermanentError('fcm.invalid-argument', { status });
  if (status === 403 && code === 'SENDER_ID_MISMATCH')
    throw new PermanentError('fcm.sender-id-mismatch', { status });
  throw failure(`fcm.status-${status}`);
}

function namesToken({
  fieldViolations = [],
}: {
  fieldViolations?: { field?: string | undefined }[] | undefined;
}) {
  return fieldViolations.some(({ field }) => field === 'message.token');
}

/** Until when the answer asks us to wait, in milliseconds: seconds or an HTTP date, or nothing. */
function pauseEnd({ status, headers }: Response, answeredAtMs: number): number {
  if (status !== 429 && status !== 503) return 0;
  const asked = headers.get('retry-after') ?? '';
  const at = /^[0-9]+$/.test(asked) ? answeredAtMs + Number(asked) * 1000 : Date.parse(asked);
  if (!Number.isNaN(at)) return Math.min(at, answeredAtMs + PAUSE_MS_MAX);
  return status === 429 ? answeredAtMs + QUOTA_PAUSE_MS : 0;
}

/** Tried again later. Its code is all that a log shows of it. */
function failure(code: string, cause?: unknown): Error {
  return Object.assign(new Error(code, { cause }), { code });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The library that fetches our token has no deadline of its own. */
async function before<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(failure('fcm.no-access-token')), { once: true });
    call.then(resolve, reject);
  });
}
