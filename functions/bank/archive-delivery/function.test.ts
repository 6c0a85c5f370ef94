import { describe, expect, test } from 'vitest';
import { bytesFrom, chunkPaths } from '../../../shared/store/chunks.ts';
import { aBody, aDelivery, aWireEvent } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import archiveDelivery from './function.ts';

const body = aBody(aWireEvent('account.frozen'));

function anArchive() {
  const world = aWorld({ functions: [archiveDelivery] });
  return {
    world,
    archive: (...messages: Parameters<typeof world.deliver>[1][]) =>
      world.deliver('partner-bank-webhooks', ...messages),
    paths: () => Object.keys(world.state()),
    async bytesOf(path: string) {
      const [document] = await world.store.get([path]);
      if (!document?.fields) throw new Error('not archived');
      return bytesFrom(document, await world.store.get(chunkPaths(document)));
    },
  };
}

describe('a delivery', () => {
  test('is kept with its bytes as they were signed, and with its headers', async () => {
    const { archive, bytesOf, world } = anArchive();
    const odd = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    await archive(aDelivery(odd, { headers: { 'webhook-id': 'msg-7' } }));
    expect(await bytesOf('deliveries/sandbox:dlv-1')).toEqual(odd);
    expect(world.state()['deliveries/sandbox:dlv-1']).toMatchObject({
      bank: 'sandbox',
      deliveryId: 'dlv-1',
      headers: { 'webhook-id': 'msg-7' },
    });
  });

  test('of 1 MiB is kept in several documents, and comes back whole', async () => {
    const { archive, bytesOf } = anArchive();
    const large = Buffer.from(Uint32Array.from({ length: 262_144 }, (_, n) => n).buffer);
    await archive(aDelivery(large));
    expect((await bytesOf('deliveries/sandbox:dlv-1')).equals(large)).toBe(true);
  });

  test('that comes twice is kept once', async () => {
    const { archive, paths } = anArchive();
    await archive(aDelivery(body), aDelivery(body));
    await archive(aDelivery(body));
    expect(paths()).toEqual(['deliveries/sandbox:dlv-1']);
  });

  test('that comes again when its inbox entry has expired is left as it was', async () => {
    const { archive, world, paths } = anArchive();
    await archive(aDelivery(body));
    const expired = [...world.documents().keys()].filter((path) => path.startsWith('inbox/'));
    const entries = await world.store.get(expired);
    await world.store.commit(entries.map((read) => ({ do: 'delete', read })));

    await archive(aDelivery(body));
    expect(world.failures).toEqual([]);
    expect(paths()).toEqual(['deliveries/sandbox:dlv-1']);
  });

  test('beside another is kept beside it, whichever comes first', async () => {
    const { archive, paths } = anArchive();
    await archive(aDelivery(body, { deliveryId: 'dlv-2' }), aDelivery(body, { deliveryId: 'dlv-1' }));
    expect(paths()).toEqual(['deliveries/sandbox:dlv-1', 'deliveries/sandbox:dlv-2']);
  });

  test('whose id has a slash is one document and not a nested one', async () => {
    const { archive, paths } = anArchive();
    await archive(aDelivery(body, { deliveryId: 'a/b/c' }));
    expect(paths()).toEqual(['deliveries/sandbox:a%2Fb%2Fc']);
  });
});

test('a part of a long delivery is not archived: the whole has been', async () => {
  const { archive, paths, world } = anArchive();
  await archive(aDelivery(body, { part: 1 }));
  expect(paths()).toEqual([]);
  expect(world.events('dead-letters')).toEqual([]);
});

test('a message that is no delivery is parked, and the next one is archived', async () => {
  const { archive, world, paths } = anArchive();
  await archive({ data: Buffer.from('hello'), attributes: {} }, aDelivery(body));
  expect(world.events('dead-letters')).toMatchObject([{ data: { reason: 'event.not-json' } }]);
  expect(paths()).toEqual(['deliveries/sandbox:dlv-1']);
});
