import { afterEach, expect, test, vi } from 'vitest';
import { prometheus } from './metrics.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a token serves all queries of a minute, and one that was refused is asked for again', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  const sent: (string | null)[] = [];
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    sent.push(new Headers(init.headers).get('authorization'));
    return Response.json({ status: 'success', data: { resultType: 'vector', result: [] } });
  });
  let asked = 0;
  const metrics = prometheus(
    'http://prometheus.example',
    async () => {
      asked += 1;
      if (asked === 1) throw new Error('gcloud failed');
      return `token-${asked}`;
    },
    1,
  );
  await metrics('up');
  await metrics('up');
  vi.setSystemTime(60_001);
  await metrics('up');
  expect(sent).toEqual(['Bearer token-2', 'Bearer token-2', 'Bearer token-3']);
});
