import {
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type ServerHttp2Stream,
} from 'node:http2';

/** One gRPC call, as it went over the wire. */
export type Call = {
  /** As in `/google.firestore.v1.Firestore/Commit`. */
  readonly path: string;
  readonly requests: readonly Buffer[];
  readonly answers: readonly Buffer[];
  /** The canonical code that it ended with; 0 is a success. */
  readonly code: number;
};

/** Passes gRPC on to an emulator, and tells of each call before its caller hears that it has ended. */
export async function startWire(options: {
  port: number;
  target: string;
  onCall: (call: Call) => void;
}): Promise<{ address: string; stop(): Promise<void> }> {
  const called = connect(`http://${options.target}`);
  called.on('error', () => {});
  const server = createServer();
  server.on('stream', pass);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve),
  );
  return {
    address: `127.0.0.1:${options.port}`,
    async stop() {
      called.destroy();
      server.close(); // its callers' connections end with their processes
    },
  };

  function pass(caller: ServerHttp2Stream, { ':authority': _, ...headers }: IncomingHttpHeaders): void {
    const [sent, received]: [Buffer[], Buffer[]] = [[], []];
    const onward = called.request({ ...headers, ':authority': options.target });
    caller.on('error', () => onward.close(constants.NGHTTP2_CANCEL));
    onward.on('error', () => caller.close(constants.NGHTTP2_INTERNAL_ERROR));
    caller.on('data', (chunk: Buffer) => sent.push(chunk)).pipe(onward);
    const trailers = new Promise<IncomingHttpHeaders>((resolve) => onward.once('trailers', resolve));

    onward.once('response', (answer: IncomingHttpHeaders & IncomingHttpStatusHeader, flags: number) => {
      const ends = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (ends) tell(answer); // refused at once: all of it is in these headers
      caller.respond(answer, { endStream: ends, waitForTrailers: !ends });
      if (ends) return;
      caller.once('wantTrailers', async () => {
        const end = await trailers;
        tell(end);
        caller.sendTrailers(end);
      });
      onward.on('data', (chunk: Buffer) => received.push(chunk)).pipe(caller);
    });

    function tell(end: IncomingHttpHeaders): void {
      options.onCall({
        path: String(headers[':path']),
        requests: messagesIn(Buffer.concat(sent)),
        answers: messagesIn(Buffer.concat(received)),
        code: Number(end['grpc-status']),
      });
    }
  }
}

/** Each message comes after a flag and its length; our clients compress none. */
function messagesIn(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    if (body[at] !== 0) throw new Error('wire.compressed');
    const end = at + 5 + body.readUInt32BE(at + 1);
    messages.push(body.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

/**
 * The contents of one field of a protobuf message, each time that it is there; numbers are not among them.
 * Source: https://protobuf.dev/programming-guides/encoding
 */
export function field(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint();
      if (Math.floor(tag / 8) === wanted) found.push(message.subarray(at, at + length));
      at += length;
    } else throw new Error('wire.unreadable');
  }
  return found;

  function varint(): number {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte % 128) * place;
      if (byte < 128) return value;
    }
  }
}
