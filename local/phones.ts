import * as z from 'zod';

/** What FCM answers: a status, its body, and how long to wait; or a connection cut once the message was taken. */
export type FcmAnswer =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
  | 'cut';

export type Phone = {
  /** What is in the tray, oldest first; a push under the same tag takes the place of the one before. */
  readonly shows: readonly { readonly tag: string; readonly title: string; readonly body: string }[];
  /** How many pushes arrived, also those that another took the place of. */
  readonly arrived: number;
  /** When the last one did. */
  readonly arrivedAt: string | undefined;
};

/** What the next messages to a token are answered with. Anything but a 200 or a cut connection shows nothing. */
export const nextAnswers = z
  .array(
    z.union([
      z.literal('cut'),
      z.strictObject({
        status: z.number().int().min(200).max(599),
        errorCode: z.string().optional(),
        /** The part of the message that it says is wrong, as in `message.token`. */
        field: z.string().optional(),
        retryAfter: z.union([z.number(), z.string()]).optional(),
      }),
    ]),
  )
  .max(100);

type NextAnswer = z.output<typeof nextAnswers>[number];

// Source: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages; of it, what we send and no more.
const RESERVED = /^(from|message_type|google.*|gcm.*)$/;
const PAYLOAD_BYTES_MAX = 4096;
const message = z.strictObject({
  message: z
    .strictObject({
      token: z.string().min(1),
      notification: z.strictObject({ title: z.string().min(1), body: z.string().min(1) }),
      data: z.record(
        z.string().refine((key) => !RESERVED.test(key)),
        z.string(),
      ),
      android: z.strictObject({
        priority: z.enum(['NORMAL', 'HIGH']),
        notification: z.strictObject({ tag: z.string().min(1) }),
      }),
      apns: z.strictObject({ headers: z.strictObject({ 'apns-collapse-id': z.string().min(1).max(64) }) }),
    })
    .refine(({ token: _, ...payload }) => Buffer.byteLength(JSON.stringify(payload)) <= PAYLOAD_BYTES_MAX),
});

const NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** Every phone there is, by its token, and the push service before them: it checks messages as strictly as FCM's. */
export function phones() {
  const trays = new Map<string, Map<string, { title: string; body: string }>>();
  const arrivals = new Map<string, { count: number; at: string }>();
  const planned = new Map<string, NextAnswer[]>();

  return {
    /** Takes a message to `messages:send`. */
    send(json: unknown, now: Date): FcmAnswer {
      const read = message.safeParse(json);
      if (!read.success) return refusal({ status: 400, errorCode: 'INVALID_ARGUMENT' });
      const { token, notification, android, apns } = read.data.message;
      const next = planned.get(token)?.shift() ?? { status: 200 };
      if (next !== 'cut' && next.status !== 200) return refusal(next);
      // An iPhone goes by the one, an Android phone by the other, and both must show the same.
      const { tag } = android.notification;
      if (tag !== apns.headers['apns-collapse-id'])
        return refusal({ status: 400, errorCode: 'INVALID_ARGUMENT' });
      const tray = trays.get(token) ?? new Map();
      tray.delete(tag); // so that it comes last again
      trays.set(token, tray.set(tag, notification));
      const count = (arrivals.get(token)?.count ?? 0) + 1;
      arrivals.set(token, { count, at: now.toISOString() });
      if (next === 'cut') return 'cut';
      return { status: 200, headers: {}, body: { name: `projects/local/messages/${count}` } };
    },
    /** Sets what the token's next messages are answered with, instead of what was set before. */
    answer(token: string, next: readonly NextAnswer[]): void {
      planned.set(token, [...next]);
    },
    phone(token: string): Phone {
      const arrival = arrivals.get(token);
      return {
        shows: [...(trays.get(token) ?? [])].map(([tag, text]) => ({ tag, ...text })),
        arrived: arrival?.count ?? 0,
        arrivedAt: arrival?.at,
      };
    },
  };
}

/** An error as Google's APIs write it: `errorCode` is FCM's own word, and not always there. */
export function refusal({ status, errorCode, field, retryAfter }: Exclude<NextAnswer, 'cut'>): FcmAnswer {
  const type = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
  const found = [
    ...(errorCode === undefined ? [] : [{ '@type': type, errorCode }]),
    ...(field === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field }] }]),
  ];
  const details = found.length === 0 ? {} : { details: found };
  return {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    body: {
      error: {
        code: status,
        message: 'As the stand-in was told.',
        status: NAMES[status] ?? 'UNKNOWN',
        ...details,
      },
    },
  };
}
