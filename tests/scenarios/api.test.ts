import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registry } from '../../functions/registry.ts';
import { readApis, undescribed } from '../../scripts/manifest/apis.ts';
import { aPushService } from '../../shared/testing/push-service.ts';
import { aLivedPlace } from './lived-place.ts';

const apis = await readApis(registry);
const described = registry.flatMap(({ fn }) => {
  if (fn.trigger !== 'request') return [];
  return Object.entries(apis.get(fn.name) ?? {}).map(([route, api]) => ({ fn, route, api }));
});

beforeEach(() => void vi.stubGlobal('fetch', aPushService().fetch));
afterEach(() => void vi.unstubAllGlobals());

describe('what callers are told', () => {
  test('is told of every route of every function, and of nothing else', () => {
    expect(undescribed(registry, apis)).toEqual([]);
  });

  test.each(described)('of $route is how it takes the example, and answers field by field', async (told) => {
    const place = await aLivedPlace();
    const { status, headers = {}, body } = await place.asks(told);
    const answer = told.api.answers[status];
    expect(answer, `${status} ${JSON.stringify(body)}`).toBeDefined();
    expect(Object.keys(headers)).toEqual(Object.keys(answer?.headers ?? {}));
    if (!answer?.schema) return expect(body).toBeUndefined();
    const sent: unknown = JSON.parse(JSON.stringify(body));
    expect(sent, 'an empty list shows nothing').not.toMatchObject({ items: [] });
    expect(answer.schema.safeParse(sent).error?.issues, JSON.stringify(sent)).toBeUndefined();
  });

  test.each(described)('of $route has examples that are as described', ({ api }) => {
    for (const told of [api.body, ...Object.values(api.answers)]) {
      if (told?.schema) expect(told.schema.safeParse(told.example).error?.issues).toBeUndefined();
    }
  });
});
