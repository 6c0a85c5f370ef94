import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Deliveries } from './deliveries.ts';
import { faultsSchema } from './faults.ts';
import { keptBank } from './journal.ts';
import { planner } from './plans.ts';
import { startSandboxBank } from './server.ts';
import { aSender, aSubscriber, secrets, send, settled } from './testing-subscriber.ts';

const set = (deliveries: Deliveries, faults: object) => {
  deliveries.faults = faultsSchema.parse(faults);
};

describe('a delivery that is lost for good', () => {
  test('is never sent, in no form, and nobody waits for it', async () => {
    const { deliveries, tries } = await aSender({ faults: { lose: 1, duplicate: 1, retell: 1 } });
    send(deliveries, 3);
    await settled(deliveries);
    expect(deliveries.unacknowledged).toEqual([]);
    set(deliveries, {});
    send(deliveries, 1);
    await settled(deliveries);
    expect(tries.map((received) => received.eventIds)).toEqual([['evt_0']]);
    expect(deliveries.met).toMatchObject({ deliveries: 4, lost: 3, duplicated: 0, retold: 0, refused: 0 });
  });

  test('is one of the share that the seed chooses, and the rest arrives', async () => {
    const { deliveries, tries } = await aSender({ faults: { seed: 5, lose: 0.5 } });
    const ids = send(deliveries, 40);
    await settled(deliveries);
    const next = planner(faultsSchema.parse({ seed: 5, lose: 0.5 }), 1);
    const arrive = ids.filter(() => !next().lost);
    expect(arrive.length).toBeGreaterThan(10);
    expect(arrive.length).toBeLessThan(30);
    expect(tries.flatMap((received) => received.eventIds).sort()).toEqual(arrive.sort());
    expect(deliveries.met.lost).toBe(40 - arrive.length);
  });

  test('leaves to all others what a seed had in store for them before there was such a loss', () => {
    const plans = (lose: number) => {
      const next = planner(faultsSchema.parse({ seed: 7, duplicate: 0.5, drop: 0.5, lose }), 1);
      const marks = Array.from({ length: 16 }, next).map(({ dropped, duplicateAfterMs }) => {
        return `${dropped ? 'd' : ''}${duplicateAfterMs === undefined ? '' : '2'}` || '-';
      });
      return marks.join(' ');
    };
    expect(plans(0)).toBe('d 2 d2 d d2 d2 2 2 d d2 d2 - - 2 d 2');
    expect(plans(0.5)).toBe(plans(0));
  });
});

describe('a bank that is silent', () => {
  test('loses for good what is told meanwhile, and delivers afterwards what waited before', async () => {
    const { deliveries, tries } = await aSender({ faults: { delayMs: 400, seed: 2 } });
    const waited = send(deliveries, 5);
    set(deliveries, { silent: true });
    send(deliveries, 3);
    expect(deliveries.met.silenced).toBe(3);
    await new Promise((wake) => setTimeout(wake, 600));
    expect(tries).toEqual([]);
    expect(deliveries.pending).toBe(5);
    expect(deliveries.unacknowledged).toEqual(waited);

    set(deliveries, {});
    await settled(deliveries);
    expect(tries.flatMap((received) => received.eventIds).sort()).toEqual(waited);
  });

  test('tries nothing again before the silence is over', async () => {
    const { deliveries, tries } = await aSender({ answers: [503] });
    send(deliveries, 1);
    await vi.waitFor(() => expect(tries).toHaveLength(1));
    set(deliveries, { silent: true });
    await new Promise((wake) => setTimeout(wake, 400));
    expect(tries).toHaveLength(1);
    set(deliveries, {});
    await settled(deliveries);
    expect(tries).toHaveLength(2);
  });
});

test.each([
  ['lost', { lose: 1 }],
  ['silenced', { silent: true }],
])(
  'what is %s stands in the books and in the list, and the next bank does not tell it either',
  async (fault, faults) => {
    const { url: subscriberUrl, tries } = await aSubscriber();
    const first = await startSandboxBank({ port: 0, subscriberUrl, secrets });
    const ask = async (method: string, path: string, body?: object) =>
      (await (
        await fetch(first.url + path, { method, ...(body && { body: JSON.stringify(body) }) })
      ).json()) as {
        accountId: string;
        items: object[];
      };
    await ask('PUT', '/faults', faults);
    const { accountId } = await ask('POST', '/accounts', { ownerRefs: ['uid_anna'], currency: 'DKK' });
    await ask('POST', `/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '100' });
    await vi.waitFor(() => expect(first.pending()).toBe(0));
    expect(await ask('GET', '/_sandbox/faults')).toMatchObject({ [fault]: 2 });
    expect(await ask('GET', `/accounts/${accountId}`)).toMatchObject({ bookedMinor: '100' });
    expect((await ask('GET', '/events')).items).toHaveLength(2);
    await first.stop();

    const kept = keptBank.parse(JSON.parse(JSON.stringify(first.kept())));
    expect(kept.unacknowledged).toEqual([]);
    const second = await startSandboxBank({ port: 0, subscriberUrl, secrets, kept });
    onTestFinished(() => second.stop());
    await new Promise((wake) => setTimeout(wake, 100));
    expect(tries).toEqual([]);
    expect(second.ledger.bookedMinor(accountId)).toBe(100n);
  },
);
