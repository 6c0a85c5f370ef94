import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export type Asked = { readonly status: number; readonly body: string };

// Longer than a bank takes, and short enough for many to be asked while a tick lasts.
const ASK_MS = 10_000;

/** One request to somebody's API, a GET unless told otherwise. */
export type Request = {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** By what Node has loaded anyway: its own `fetch` would cost a cold start 60 ms. */
export function ask(url: string, request?: Request): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const options = {
      method: request?.method ?? 'GET',
      headers: { accept: 'application/json', ...request?.headers },
      signal: AbortSignal.timeout(ASK_MS),
    };
    const asking = send(url, options, (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (!response.complete) return reject(new Error('answer.cut'));
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    asking.on('error', reject);
    asking.end(request?.body);
  });
}
