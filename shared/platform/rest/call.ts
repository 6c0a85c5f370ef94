import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { StoreError } from '../platform.ts';

/** One of Google's services over its REST API. */
export type Service = {
  /** As in `https://firestore.googleapis.com` or, of an emulator, `http://127.0.0.1:8480`. */
  readonly origin: string;
  accessToken(): Promise<string>;
  /** Forgets a token that the service would not take. */
  dropToken(): void;
};

export type Call = {
  readonly path: string;
  readonly body: object;
  /** The codes after which it is tried again: none where it could then take effect twice. */
  readonly again: ReadonlySet<number>;
};

// As Google's own clients begin; jitter keeps many from coming back at once.
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 2000;

/** The canonical codes by their names, as answers name them. Source: google/rpc/code.proto */
const NAMES: Readonly<Record<string, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
};
const { UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, UNAUTHENTICATED } =
  NAMES as Record<
    'UNKNOWN' | 'DEADLINE_EXCEEDED' | 'RESOURCE_EXHAUSTED' | 'INTERNAL' | 'UNAVAILABLE' | 'UNAUTHENTICATED',
    number
  >;

/** What an answer means that names no code, as a proxy's or a load balancer's. */
const BY_STATUS: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  409: 10,
  429: 8,
  499: 1,
  500: 13,
  501: 12,
  502: 14,
  503: 14,
  504: 4,
};

/** Calls kept alive, each with a deadline of its own over all its tries. */
export function openCalls(seconds: number) {
  const http = new HttpAgent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  /** The answer's JSON; throws a `StoreError` with the service's code. */
  return async function call(service: Service, { path, body, again }: Call): Promise<unknown> {
    const until = performance.now() + seconds * 1000;
    const sent = Buffer.from(JSON.stringify(body));
    let isRenewed = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(service, path, sent, until);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        // It was not looked at, so that it may be sent again with another token.
        const isStale = error.code === UNAUTHENTICATED && !isRenewed;
        if (isStale) {
          isRenewed = true;
          service.dropToken();
          continue;
        }
        const pause = Math.random() * Math.min(PAUSE_MS * 2 ** tries, PAUSE_MS_MAX);
        if (!again.has(error.code) || performance.now() + pause >= until) throw error;
        await new Promise((wake) => setTimeout(wake, pause));
      }
    }
  };

  async function once(service: Service, path: string, body: Buffer, until: number): Promise<unknown> {
    const token = await before(until, service.accessToken());
    const { status, text } = await exchanged(service.origin + path, token, body, until);
    const json = parsed(text);
    if (status >= 200 && status < 300) {
      // Half an answer is none.
      if (json === undefined) throw new StoreError(UNAVAILABLE);
      refuse(json, status);
      return json;
    }
    refuse(json, status);
    throw new StoreError(BY_STATUS[status] ?? UNKNOWN);
  }

  function exchanged(
    url: string,
    token: string,
    body: Buffer,
    until: number,
  ): Promise<{ status: number; text: string }> {
    const isSecure = url.startsWith('https:');
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': body.length,
      };
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: isSecure ? https : http,
        headers,
      });
      const timer = setTimeout(
        () => request.destroy(new StoreError(DEADLINE_EXCEEDED)),
        Math.max(0, until - performance.now()),
      );
      const fail = (error: Error) => {
        clearTimeout(timer);
        reject(error instanceof StoreError ? error : new StoreError(UNAVAILABLE, { cause: error }));
      };
      request.on('error', fail);
      request.on('response', (response: IncomingMessage) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          if (!response.complete) return reject(new StoreError(UNAVAILABLE));
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
        });
      });
      request.end(body);
    });
  }
}

/** Throws what the service says that went wrong; a stream's answer may say so in its middle. */
function refuse(json: unknown, status: number): void {
  for (const part of Array.isArray(json) ? json : [json]) {
    const { error } = (part ?? {}) as { error?: { status?: string; code?: number } };
    if (error) throw new StoreError(NAMES[error.status ?? ''] ?? BY_STATUS[error.code ?? status] ?? UNKNOWN);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A token server that does not answer keeps nobody longer than the service itself would. */
async function before<T>(until: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StoreError(DEADLINE_EXCEEDED)),
      Math.max(0, until - performance.now()),
    );
  });
  return Promise.race([call, late])
    .catch((error: unknown) => {
      throw error instanceof StoreError ? error : new StoreError(UNAVAILABLE, { cause: error });
    })
    .finally(() => clearTimeout(timer));
}

/**
 * After which codes each may be tried again, as the services' own client configurations say it. A commit is only where
 * it creates a document: what it had done already would then be refused, and not done twice.
 */
export const AGAIN = {
  reads: new Set([DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE]),
  creatingCommits: new Set([RESOURCE_EXHAUSTED, UNAVAILABLE]),
  otherCommits: new Set<number>(),
  publishing: new Set([
    NAMES.CANCELLED as number,
    UNKNOWN,
    DEADLINE_EXCEEDED,
    RESOURCE_EXHAUSTED,
    NAMES.ABORTED as number,
    INTERNAL,
    UNAVAILABLE,
  ]),
} as const;
