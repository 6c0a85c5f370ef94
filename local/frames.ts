/** The beginning of one HTTP/2 frame: RFC 9113, section 4.1. */
export type Frame = { readonly type: number; readonly streamId: number };

const HEADER_BYTES = 9;
// RFC 9113, section 3.4: what a client says before its first frame.
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const [DATA, HEADERS] = [0, 1];

/**
 * Reads one way of a connection chunk by chunk, wherever the chunks are cut: answers the frames that begin in each, told
 * by the chunk in which their header ends. Of what does not begin as HTTP/2 it sees none.
 */
export function frameReader({ from }: { from: 'client' | 'server' }): (chunk: Buffer) => Frame[] {
  let preface = from === 'client' ? PREFACE : Buffer.alloc(0);
  let header = Buffer.alloc(0);
  let payloadLeft = 0;
  let isHttp2 = true;

  return (chunk) => {
    const frames: Frame[] = [];
    let at = 0;
    if (preface.length > 0) {
      const said = chunk.subarray(0, preface.length);
      isHttp2 &&= said.equals(preface.subarray(0, said.length));
      preface = preface.subarray(said.length);
      at = said.length;
    }
    while (isHttp2 && at < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      const more = chunk.subarray(at, at + HEADER_BYTES - header.length);
      header = Buffer.concat([header, more]);
      at += more.length;
      if (header.length < HEADER_BYTES) break;
      payloadLeft = header.readUIntBE(0, 3);
      // The first bit of a stream's id is reserved.
      frames.push({ type: header.readUInt8(3), streamId: header.readUInt32BE(5) & 0x7fffffff });
      header = Buffer.alloc(0);
    }
    return frames;
  };
}

/** Of a client: a call begins. */
export function isRequest({ type }: Frame): boolean {
  return type === HEADERS;
}

/** Of a server: a part of what it answers, and not what only keeps the connection going. */
export function isAnswer({ type }: Frame): boolean {
  return type === HEADERS || type === DATA;
}
