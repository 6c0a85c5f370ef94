import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** One call of a REST API, as it went over the wire. */
export type Call = {
  /** As in `/v1/projects/p/databases/(default)/documents:commit`. */
  readonly path: string;
  readonly request: unknown;
  readonly answer: unknown;
  readonly status: number;
};

/** Passes calls on to an emulator, and tells of each before its caller hears that it has ended. */
export async function startWire({
  port,
  target,
  onCall,
}: {
  port: number;
  target: string;
  onCall: (call: Call) => void;
}): Promise<{ address: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  );
  return {
    address: `127.0.0.1:${port}`,
    stop: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  };

  async function pass(caller: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', method = '', headers } = caller;
    const sent = await buffer(caller);
    const { authorization = '', 'content-type': type = '' } = headers;
    const answered = await fetch(`http://${target}${path}`, {
      method,
      headers: { authorization, 'content-type': type },
      body: new Uint8Array(sent),
    });
    const text = await answered.text();
    onCall({ path, request: JSON.parse(String(sent)), answer: JSON.parse(text), status: answered.status });
    response.writeHead(answered.status, { 'content-type': 'application/json' }).end(text);
  }
}
