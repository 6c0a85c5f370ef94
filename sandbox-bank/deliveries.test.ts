import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { faultsSchema } from './faults.ts';
import { planner } from './plans.ts';
import { startSandboxBank } from './server.ts';
import { aSender, aSubscriber, type Received, secrets, send, settled } from './testing-subscriber.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('without faults', () => {
  test('each event is delivered once, signed with the first secret, and nothing stays pending', async () => {
    const { deliveries, tries } = await aSender();
    const ids = send(deliveries, 50);
    expect(deliveries.pending).toBe(50);
    await settled(deliveries);
    expect(tries.flatMap((received) => received.eventIds).sort()).toEqual(ids.sort());
    expect(new Set(tries.map((received) => received.secret))).toEqual(new Set([secrets[0]]));
    expect(new Set(tries.map((received) => received.webhookId)).size).toBe(50);
  });

  test('a subscriber that fails gets the same delivery again, at growing intervals, until it acknowledges', async () => {
    const { deliveries, tries } = await aSender({ answers: [500, 302] });
    const startedAt = Date.now();
    send(deliveries, 1);
    await settled(deliveries);
    expect(tries).toHaveLength(3);
    expect(tries.every((received) => received.secret === secrets[0])).toBe(true);
    expect(new Set(tries.map((received) => received.webhookId)).size).toBe(1);
    // 200 ms and 400 ms, give or take a quarter.
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(440);
  });

  test('an event that nobody acknowledged is still pending', async () => {
    const { deliveries, tries } = await aSender({ answers: Array(9).fill(500) });
    send(deliveries, 3);
    await vi.waitFor(() => expect(tries).toHaveLength(3));
    expect(deliveries.pending).toBe(3);
  });
});

describe('with faults', () => {
  test('everything arrives in the end, whatever goes wrong', async () => {
    const faults = { seed: 42, duplicate: 0.3, reorder: 0.3, drop: 0.3, delayMs: 50, rotateEvery: 7 };
    const { deliveries, tries, acknowledged } = await aSender({ faults, answers: [500, 503, 429, 500] });
    const ids = send(deliveries, 60);
    await settled(deliveries);
    expect(new Set(acknowledged().flatMap((received) => received.eventIds))).toEqual(new Set(ids));
    expect(new Set(tries.map((received) => received.secret))).toEqual(new Set(secrets));
    // Answered 500, 503, 429 and 500; the rest of what went wrong follows from the seed.
    expect(deliveries.met).toMatchObject({ deliveries: 60, retold: 0, skewed: 0, refused: 4 });
    for (const fault of ['duplicated', 'reordered', 'dropped'])
      expect(deliveries.met[fault]).toBeGreaterThan(5);
  });

  test('a duplicate carries the same event under another webhook id', async () => {
    const { deliveries, tries } = await aSender({ faults: { duplicate: 1 } });
    send(deliveries, 1);
    expect(deliveries.pending).toBe(2);
    await settled(deliveries);
    expect(tries.map((received) => received.eventIds)).toEqual([['evt_0'], ['evt_0']]);
    expect(tries[0]?.webhookId).not.toBe(tries[1]?.webhookId);
  });

  test('what is told again says the same under another event id, and is pending until it is acknowledged too', async () => {
    const { deliveries, tries } = await aSender({ faults: { retell: 1 } });
    send(deliveries, 1);
    expect(deliveries.unacknowledged).toEqual(['evt_0', 'evt_0_again']);
    await settled(deliveries);
    expect(tries.map((received) => received.eventIds)).toEqual([['evt_0'], ['evt_0_again']]);
    const [first, again] = tries.map((received) => received.body.events[0]);
    expect(again).toEqual({ ...first, id: 'evt_0_again' });
    expect(deliveries.unacknowledged).toEqual([]);
  });

  test('in bursts all that is due in one interval comes together at its end', async () => {
    const burstMs = 1200;
    const { deliveries, tries } = await aSender({ faults: { burstMs, delayMs: 300 } });
    await new Promise((wake) => setTimeout(wake, burstMs - (Date.now() % burstMs)));
    const endsAt = Date.now() - (Date.now() % burstMs) + burstMs;
    send(deliveries, 15);
    await settled(deliveries);
    expect(tries).toHaveLength(15);
    for (const { receivedAt } of tries) expect(receivedAt).toBeGreaterThanOrEqual(endsAt);
  });

  test('a delivery held back is overtaken by later ones', async () => {
    const { deliveries, tries } = await aSender({ faults: { seed: 1, reorder: 0.5 } });
    const ids = send(deliveries, 20);
    await settled(deliveries);
    const order = tries.flatMap((received) => received.eventIds);
    expect(order).not.toEqual(ids);
    expect(order.sort()).toEqual(ids.sort());
  });

  test('a dropped delivery comes at its second try', async () => {
    const { deliveries, tries } = await aSender({ faults: { drop: 1 } });
    const startedAt = Date.now();
    send(deliveries, 1);
    await settled(deliveries);
    expect(tries).toHaveLength(1);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(145);
  });

  test('the secret rotates after so many deliveries, and comes round again', async () => {
    const next = planner(faultsSchema.parse({ rotateEvery: 2 }), 3);
    expect(Array.from({ length: 7 }, () => next().secretIndex)).toEqual([0, 0, 1, 1, 2, 2, 0]);
  });

  test('a wrong clock is in the signed timestamp', async () => {
    const { deliveries, tries } = await aSender({ faults: { skewSeconds: -120 } });
    send(deliveries, 1);
    await settled(deliveries);
    expect(tries[0]?.secret).toBe(secrets[0]);
    expect(Math.abs((tries[0]?.skewSeconds ?? 0) + 120)).toBeLessThanOrEqual(2);
  });

  test('where one of several clocks is wrong, what it stamped is sent again with the right time', async () => {
    const isWrong = ({ skewSeconds }: Received) => skewSeconds > 800;
    const answers = (received: Received) => (isWrong(received) ? 401 : 202);
    const { deliveries, tries } = await aSender({
      faults: { seed: 3, skewSeconds: 900, skewShare: 0.5 },
      answers,
    });
    send(deliveries, 20);
    await settled(deliveries);
    const wrong = tries.filter(isWrong);
    expect(wrong.length).toBeGreaterThan(4);
    expect(wrong.length).toBeLessThan(16);
    expect(tries).toHaveLength(20 + wrong.length);
    for (const { webhookId } of wrong) {
      const own = tries.filter((received) => received.webhookId === webhookId);
      expect(own.map(isWrong)).toEqual([true, false]);
    }
  });

  test('a clock that is wrong for all stamps retries too, until it is set right', async () => {
    const { deliveries, tries } = await aSender({ faults: { skewSeconds: 900 }, answers: [401, 401] });
    send(deliveries, 1);
    await vi.waitFor(() => expect(tries).toHaveLength(2));
    expect(tries.every((received) => received.skewSeconds > 800)).toBe(true);
    deliveries.faults = faultsSchema.parse({});
    await settled(deliveries);
    expect(Math.abs(tries.at(-1)?.skewSeconds ?? 900)).toBeLessThanOrEqual(60);
  });

  test('events of one moment share a delivery, up to the size of the batch', async () => {
    const { deliveries, tries } = await aSender({ faults: { batch: 4 } });
    send(deliveries, 10);
    await settled(deliveries);
    expect(tries.map((received) => received.eventIds.length).sort()).toEqual([2, 4, 4]);
  });

  test('the same seed chooses the same faults, and another seed others', () => {
    const shares = { duplicate: 0.5, retell: 0.5, reorder: 0.5, drop: 0.5, delayMs: 1000, skewShare: 0.5 };
    const plans = (seed: number) => {
      const next = planner(faultsSchema.parse({ ...shares, seed }), 1);
      return Array.from({ length: 20 }, () => next());
    };
    expect(plans(7)).toEqual(plans(7));
    expect(plans(7)).not.toEqual(plans(8));
  });

  test('the share of one fault does not choose which deliveries another meets', () => {
    const dropped = (more: object) => {
      const next = planner(faultsSchema.parse({ seed: 7, drop: 0.5, ...more }), 1);
      return Array.from({ length: 50 }, () => next().dropped);
    };
    expect(dropped({ retell: 1, duplicate: 1, reorder: 1, skewShare: 0, delayMs: 9 })).toEqual(dropped({}));
  });
});

describe('the server', () => {
  test('a purchase made over HTTP reaches the subscriber', async () => {
    const { url: subscriberUrl, tries } = await aSubscriber();
    const bank = await startSandboxBank({ port: 0, subscriberUrl, secrets });
    cleanups.push(() => bank.stop());
    const post = (path: string, body: object) =>
      fetch(bank.url + path, { method: 'POST', body: JSON.stringify(body) }).then((answer) => answer.json());
    const { accountId } = (await post('/accounts', { ownerRefs: ['uid_anna'], currency: 'DKK' })) as {
      accountId: string;
    };
    await post(`/accounts/${accountId}/purchases`, { amountMinor: '3200' });
    await vi.waitFor(() => expect(bank.pending()).toBe(0));
    expect(tries).toHaveLength(3);
    expect(bank.ledger.bookedMinor(accountId)).toBe(-3200n);
  });

  test('whatever it has to tell arrives signed, and as its published schema says', async () => {
    const { url: subscriberUrl, tries } = await aSubscriber();
    const bank = await startSandboxBank({ port: 0, subscriberUrl, secrets });
    cleanups.push(() => bank.stop());
    const post = async (path: string, body: object = {}) => {
      const answer = await fetch(bank.url + path, { method: 'POST', body: JSON.stringify(body) });
      expect(answer.status).toBe(201);
      return (await answer.json()) as Record<string, string>;
    };
    const foreign = { merchantAmount: { amountMinor: '429', currency: 'EUR' }, fx: { rate: '7.4601' } };
    const unlinked = { amountMinor: '1600', linked: false };
    const entry = { direction: 'debit', amountMinor: '4500', description: 'KIOSK 17' };

    const broughtForward = { direction: 'credit', amountMinor: '100000' };
    const opened = await post('/accounts', { ownerRefs: ['uid_anna'], currency: 'DKK', broughtForward });
    const account = `/accounts/${opened.accountId}`;
    const { authorisationId } = await post(`${account}/authorisations`, { amountMinor: '3200', ...foreign });
    await post(`/authorisations/${authorisationId}/reversals`, unlinked);
    await post(`/authorisations/${authorisationId}/clearings`, { ...unlinked, ...foreign });
    await post(`${account}/clearings`, { amountMinor: '900' });
    await post(`${account}/refunds`, { amountMinor: '900', ...foreign });
    const { transactionId } = await post(`${account}/transfers`, { direction: 'debit', amountMinor: '50' });
    await post(`/transactions/${transactionId}/reversal`);
    await post(`${account}/pending-lists`, { entries: [entry] });
    await post(`${account}/pending-lists`, { entries: [] });
    await post(`${account}/transfers`, { direction: 'debit', amountMinor: '200000' });
    await post(`${account}/balance-updates`);
    await vi.waitFor(() => expect(bank.pending()).toBe(0));

    const published = readFileSync(new URL('delivery.schema.json', import.meta.url), 'utf8');
    const schema = z.fromJSONSchema(JSON.parse(published));
    for (const received of tries) {
      expect(received.secret).toBe(secrets[0]);
      expect(schema.safeParse(received.body).error).toBeUndefined();
    }
    const types = tries.flatMap((received) => received.body.events.map((event) => event.type));
    expect(types.sort()).toEqual([
      'account.balance-updated',
      'account.opened',
      'account.pending-listed',
      'account.pending-listed',
      'card.authorisation-created',
      'card.authorisation-reversed',
      'card.cleared',
      'card.cleared',
      'card.refunded',
      'transaction.booked',
      'transaction.booked',
      'transaction.reversed',
    ]);
  });

  test('it stops promptly while the subscriber keeps it waiting and while retries are due', async () => {
    const { url: subscriberUrl, tries } = await aSubscriber(['never', 500]);
    const bank = await startSandboxBank({ port: 0, subscriberUrl, secrets });
    const open = () =>
      fetch(`${bank.url}/accounts`, { method: 'POST', body: '{"ownerRefs":["uid_anna"],"currency":"DKK"}' });
    await Promise.all([open(), open()]);
    await vi.waitFor(() => expect(tries).toHaveLength(2));
    const startedAt = Date.now();
    await bank.stop();
    expect(Date.now() - startedAt).toBeLessThan(500);
    await expect(fetch(bank.url)).rejects.toThrow();
  });

  test('a port that is taken is an error at once', async () => {
    const { url } = await aSubscriber();
    const taken = Number(new URL(url).port);
    await expect(startSandboxBank({ port: taken, subscriberUrl: url, secrets })).rejects.toThrow(
      'EADDRINUSE',
    );
  });
});
