import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startSandboxBank } from './server.ts';
import { aBank, aBankLike, anAccount, seenOf, type TestBank } from './testing.ts';
import { aSubscriber, secrets } from './testing-subscriber.ts';

const day = 86_400;
const move = (bank: TestBank, aheadSeconds: unknown) =>
  bank.ask('PUT', '/_sandbox/clock', { aheadSeconds } as object);

describe('the clock of the bank', () => {
  test('is moved ahead, goes on from there, and says where it is', async () => {
    const bank = await aBank();
    const start = { now: '2026-02-28T09:30:00.000Z', aheadSeconds: 0 };
    expect(await bank.get('/_sandbox/clock')).toEqual(start);
    const moved = { now: '2026-03-01T09:30:00.000Z', aheadSeconds: day };
    expect(await move(bank, day)).toEqual({ status: 200, body: moved });
    bank.world.now = new Date('2026-02-28T09:30:10.000Z');
    expect(await bank.get('/_sandbox/clock')).toEqual({ ...moved, now: '2026-03-01T09:30:10.000Z' });
  });

  test('never goes back', async () => {
    const bank = await aBank();
    await move(bank, day);
    const back = await move(bank, day - 1);
    expect(back).toMatchObject({ status: 409, body: { type: 'urn:sandbox-bank:clock-ahead' } });
    expect((await move(bank, day)).status).toBe(200);
    expect(await bank.get('/_sandbox/clock')).toMatchObject({ aheadSeconds: day });
    for (const wrong of [-1, 0.5, '60', undefined, 1e12]) {
      const refused = { status: 422, body: { errors: [{ pointer: '#/aheadSeconds' }] } };
      expect(await move(bank, wrong)).toMatchObject(refused);
    }
  });

  test('dates what happens from then on: events, bookings, statements and balances', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const tomorrow = `/accounts/${id}/statements/2026-03-01`;
    expect((await bank.ask('GET', tomorrow)).status).toBe(404);
    await move(bank, day);
    await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '100' });
    const dates = { bookingDate: '2026-03-01', valueDate: '2026-03-01' };
    expect(bank.told.at(-1)).toMatchObject({ occurredAt: '2026-03-01T09:30:00.000Z', data: dates });
    expect(await bank.get(tomorrow)).toMatchObject({
      openingMinor: '0',
      closingMinor: '100',
      lines: [dates],
    });
    expect(await bank.get(`/accounts/${id}`)).toMatchObject({ asOf: '2026-03-01T09:30:00.000Z' });
  });

  test('lets go of the holds that fall due by its move, once, and of no others', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    const hold = (amountMinor: string, expiresAt: string) =>
      bank.post(`/accounts/${id}/authorisations`, { amountMinor, expiresAt });
    await hold('700', '2026-03-01T09:30:00Z');
    await hold('50', '2026-03-01T09:30:01Z');
    await move(bank, day);
    expect(await bank.figures(id)).toEqual(['0', '50']);
    bank.expireDue();
    const expired = bank.told.filter(({ type }) => type === 'card.authorisation-expired');
    expect(expired).toMatchObject([
      { occurredAt: '2026-03-01T09:30:00.000Z', data: { amount: { amountMinor: '700' } } },
    ]);
  });
});

test('what happens ahead of time is signed with the real time, by which its subscriber checks it', async () => {
  const { url: subscriberUrl, tries } = await aSubscriber();
  const bank = await startSandboxBank({ port: 0, subscriberUrl, secrets });
  onTestFinished(() => bank.stop());
  const send = (method: string, path: string, body: object) =>
    fetch(bank.url + path, { method, body: JSON.stringify(body) });
  await send('PUT', '/_sandbox/clock', { aheadSeconds: day });
  await send('POST', '/accounts', { ownerRefs: ['uid_anna'], currency: 'DKK' });
  await vi.waitFor(() => expect(tries).toHaveLength(1));
  const [received] = tries;
  const aheadMs = Date.parse(received?.body.events[0]?.occurredAt ?? '') - Date.now();
  expect(Math.abs(aheadMs / 1000 - day)).toBeLessThan(60);
  expect(Math.abs(received?.skewSeconds ?? day)).toBeLessThan(60);
  expect(received?.secret).toBe(secrets[0]);
});

describe('a bank that is opened again', () => {
  test('has its clock where it was, and the same books', async () => {
    const bank = await aBank();
    const id = await anAccount(bank);
    await bank.post(`/accounts/${id}/purchases`, { amountMinor: '700', clear: false });
    await move(bank, 3 * day);
    await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '100' });
    await move(bank, 8 * day);
    await move(bank, 8 * day);
    const again = await aBankLike(bank);
    expect(await again.get('/_sandbox/clock')).toEqual({
      now: '2026-03-08T09:30:00.000Z',
      aheadSeconds: 8 * day,
    });
    expect(await seenOf(again)).toEqual(await seenOf(bank));
    expect(again.bank.journal.entries).toEqual(bank.bank.journal.entries);
    expect(bank.bank.journal.entries.map((entry) => entry.aheadSeconds ?? entry.request?.path)).toEqual([
      '/accounts',
      `/accounts/${id}/purchases`,
      3 * day,
      `/accounts/${id}/transfers`,
      8 * day,
      undefined, // the expiry
    ]);
    expect((await move(again, 7 * day)).status).toBe(409);
  });

  test('goes on moving', async () => {
    const bank = await aBank();
    await move(bank, day);
    const again = await aBankLike(bank);
    await move(again, 2 * day);
    expect(await again.get('/_sandbox/clock')).toMatchObject({ now: '2026-03-02T09:30:00.000Z' });
    const third = await aBankLike(again);
    expect(await third.get('/_sandbox/clock')).toMatchObject({ aheadSeconds: 2 * day });
  });
});
