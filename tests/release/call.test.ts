import { expect, test } from 'vitest';
import { registry } from '../../functions/registry.ts';
import { callOf } from '../../operate/release/call.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { DeclaredFunction } from '../../shared/runtime/declared.ts';
import { anEnv, CONFIG, NOW } from '../../shared/testing/builders.ts';

/** What the function makes of a release's call, where nobody is known; and what that changed. */
async function called(fn: DeclaredFunction) {
  const cloud = memoryCloud();
  const published: string[] = [];
  cloud.onPublish((_, { attributes }) => published.push(attributes.type ?? ''));
  const env = anEnv({ platform: cloud.instance() });
  const config = fn.config.parse(CONFIG);
  const { method, path, body, expects } = callOf(fn, NOW);
  const rawBody = Buffer.from(body);
  const answered = async () => {
    if (fn.trigger === 'request') {
      return (await fn.start(env, config)({ method, url: path, headers: {}, rawBody })).status;
    }
    if (fn.trigger === 'event') {
      const { message } = JSON.parse(body) as {
        message: { data: string; attributes: Record<string, string> };
      };
      await fn.start(
        env,
        config,
      )({ data: Buffer.from(message.data, 'base64'), attributes: message.attributes });
    }
    return 204;
  };
  return {
    answered: await answered(),
    expects,
    changed: [...cloud.documents().keys()],
    published,
  };
}

const functions = registry.map(({ fn }) => fn);
const quiet = functions.filter(({ trigger }) => trigger !== 'schedule');

test.each(quiet.map((fn) => [fn.name, fn] as const))(
  '%s answers the call of a release as that expects, and changes nothing',
  async (_, fn) => {
    const { answered, expects, changed, published } = await called(fn);
    expect(answered).toBe(expects);
    expect({ changed, published }).toEqual({ changed: [], published: [] });
  },
);

test('a schedule is ticked, by whoever may tick it', () => {
  const ticked = functions.filter(({ trigger }) => trigger === 'schedule').map((fn) => callOf(fn, NOW));
  expect(ticked.length).toBeGreaterThan(5);
  for (const call of ticked)
    expect(call).toMatchObject({ method: 'POST', path: '/', as: 'ticker', expects: 204 });
});
