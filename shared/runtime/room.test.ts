import { expect, test } from 'vitest';
import { roomForCalls } from './room.ts';

function aRoom() {
  const used: string[] = [];
  return { used, ...roomForCalls((room) => used.push(room)) };
}

/** Longer than a process looks at how busy it is. */
const A_WHILE = 400;
const idle = () => new Promise((wake) => setTimeout(wake, A_WHILE));
function busy(): void {
  for (const until = performance.now() + A_WHILE; performance.now() < until; );
}

test('calls that come one at a time get no more of it', async () => {
  const { begin, end, used } = aRoom();
  for (let n = 0; n < 100; n += 1) {
    begin();
    end();
  }
  await idle();
  begin();
  expect(used).toEqual([]);
});

test('many calls at once get it, and once they are over it is taken back', async () => {
  const { begin, end, used } = aRoom();
  for (let n = 0; n < 5; n += 1) begin();
  expect(used).toEqual(['wide']);
  for (let n = 0; n < 5; n += 1) end();
  begin();
  expect(used).toEqual(['wide']);
  await idle();
  begin();
  expect(used).toEqual(['wide', 'narrow']);
});

test('a process that is never idle gets it, however few calls are under way', async () => {
  const { begin, end, used } = aRoom();
  begin();
  end();
  busy();
  begin();
  expect(used).toEqual(['wide']);
});
