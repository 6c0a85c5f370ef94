import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export type Proxy = {
  readonly address: string;
  /** From now on requests go through, and the next `answers` answers are cut off: the connection ends instead. */
  cutAnswers(answers: number): void;
  /** How many answers have been cut off. */
  cut(): number;
  close(): Promise<void>;
};

/** Stands between a client and an emulator on 127.0.0.1, and passes on every byte until told otherwise. */
export async function startProxy(target: string): Promise<Proxy> {
  const [host = '127.0.0.1', port = ''] = target.split(':');
  const open = new Set<Socket>();
  let toCut = 0;
  let wasCut = 0;

  const server = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      // HTTP/2: an answer's headers or data, not the frames that only keep the connection going.
      if (toCut > 0 && hasAnswer(bytes)) {
        toCut -= 1;
        wasCut += 1;
        client.destroy();
      } else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAnswers(answers) {
      toCut = answers;
    },
    cut: () => wasCut,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const FRAME_HEADER_BYTES = 9;
const [DATA, HEADERS] = [0, 1];

function hasAnswer(bytes: Buffer): boolean {
  for (
    let at = 0;
    at + FRAME_HEADER_BYTES <= bytes.length;
    at += FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3)
  ) {
    const type = bytes[at + 3];
    if (type === DATA || type === HEADERS) return true;
  }
  return false;
}
