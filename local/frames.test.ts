import { expect, test } from 'vitest';
import { frameReader } from './frames.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

function aFrame(type: number, streamId: number, payloadBytes: number): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payloadBytes, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt32BE(streamId, 5);
  // A payload that looks like frames' headers, for a reader that loses its place.
  return Buffer.concat([header, Buffer.alloc(payloadBytes, 1)]);
}

function inChunks(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, n * size + size),
  );
}

const said = Buffer.concat([
  aFrame(4, 0, 18),
  aFrame(1, 1, 57),
  aFrame(0, 1, 300),
  aFrame(1, 3, 1),
  aFrame(8, 0, 4),
]);
const frames = [
  { type: 4, streamId: 0 },
  { type: 1, streamId: 1 },
  { type: 0, streamId: 1 },
  { type: 1, streamId: 3 },
  { type: 8, streamId: 0 },
];

test('frames are found wherever the chunks are cut', () => {
  for (let size = 1; size <= said.length; size += 1) {
    expect(inChunks(said, size).flatMap(frameReader({ from: 'server' }))).toEqual(frames);
  }
});

test('a client says its preface first, which is no frame', () => {
  const all = Buffer.concat([PREFACE, said]);
  for (let size = 1; size <= all.length; size += 1) {
    expect(inChunks(all, size).flatMap(frameReader({ from: 'client' }))).toEqual(frames);
  }
});

test('a frame is told with the chunk in which its header ends, before its payload has come', () => {
  const read = frameReader({ from: 'server' });
  const frame = aFrame(1, 5, 100);
  expect(read(frame.subarray(0, 8))).toEqual([]);
  expect(read(frame.subarray(8, 9))).toEqual([{ type: 1, streamId: 5 }]);
  expect(read(frame.subarray(9))).toEqual([]);
});

test('what is not HTTP/2 has no frames', () => {
  const read = frameReader({ from: 'client' });
  const request = Buffer.from('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  expect(inChunks(request, 7).flatMap(read)).toEqual([]);
});
