import { frameReader, isAnswer, isRequest } from './frames.ts';

/** Which requests begin in what a client sends, and which answers go on in what a server sends, on one connection. */
export type Exchanges = {
  /** A number for each request that begins in these bytes. */
  asked(bytes: Buffer): number[];
  /** The numbers of the requests that these bytes answer. */
  answered(bytes: Buffer): number[];
};

/** By what the client says first: HTTP/2, as gRPC speaks it, or HTTP/1.1, in which each waits for its answer. */
export function exchanges(): Exchanges {
  let read: Exchanges | undefined;
  return {
    asked(bytes) {
      read ??= bytes.subarray(0, 3).toString() === 'PRI' ? ofHttp2() : ofHttp1();
      return read.asked(bytes);
    },
    answered: (bytes) => read?.answered(bytes) ?? [],
  };
}

function ofHttp2(): Exchanges {
  const fromClient = frameReader({ from: 'client' });
  const fromServer = frameReader({ from: 'server' });
  return {
    asked: (bytes) =>
      fromClient(bytes)
        .filter(isRequest)
        .map(({ streamId }) => streamId),
    answered: (bytes) =>
      fromServer(bytes)
        .filter(isAnswer)
        .map(({ streamId }) => streamId),
  };
}

/** No client of ours sends a request before the one before it is answered, and no emulator answers what is not yet sent. */
function ofHttp1(): Exchanges {
  let request = 0;
  let isAnswered = true;
  return {
    asked() {
      if (!isAnswered) return []; // it goes on
      isAnswered = false;
      request += 1;
      return [request];
    },
    answered() {
      isAnswered = true;
      return [request];
    },
  };
}
