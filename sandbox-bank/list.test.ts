import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankEvent } from './events.ts';
import { openList } from './list.ts';
import { openSlips } from './slips.ts';
import { aBank, anAccount, type TestBank } from './testing.ts';

interface Page {
  items: BankEvent[];
  nextAfter?: string;
}

const at = (text: string) => new Date(`2026-02-28T${text}.000Z`);
const page = async (bank: TestBank, path: string) => (await bank.get(path)) as unknown as Page;
const idsOf = ({ items }: Page) => items.map(({ id }) => id);

/** All pages, from the first to the one that says that no more follow. */
async function read(bank: TestBank, list: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after = ''; pages.length < 100; ) {
    const next = await page(bank, `${list}${after}`);
    pages.push(next);
    if (next.nextAfter === undefined) return pages;
    after = `&after=${next.nextAfter}`;
  }
  throw new Error('there is no end to the pages');
}

/** Two accounts with a transfer each at ten, eleven and twelve. */
async function aMorning(faults: object = {}) {
  const bank = await aBank();
  await bank.ask('PUT', '/faults', faults);
  bank.world.now = at('09:00:00');
  const [anna, bo] = [await anAccount(bank), await anAccount(bank)];
  for (const hour of ['10', '11', '12']) {
    bank.world.now = at(`${hour}:00:00`);
    for (const id of [anna, bo])
      await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '100' });
  }
  return { bank, anna, bo, ids: bank.told.map(({ id }) => id) };
}

describe('the events of all accounts', () => {
  test('are read page by page, in the order in which the bank wrote them', async () => {
    const { bank } = await aMorning();
    const pages = await read(bank, '/events?limit=3');
    expect(pages.map(({ items }) => items.length)).toEqual([3, 3, 2]);
    expect(pages.flatMap(({ items }) => items)).toEqual(bank.told);
    expect(await page(bank, '/events')).toEqual({ items: bank.told, asOf: expect.any(String) });
    expect((await page(bank, '/events?limit=8')).nextAfter).toBeUndefined();
  });

  test('of a span of time begin with its first instant and end before its last', async () => {
    const { bank, ids } = await aMorning();
    const span = async (query: string) => idsOf(await page(bank, `/events?${query}`));
    const [ten, twelve] = ['since=2026-02-28T10:00:00Z', 'until=2026-02-28T12:00:00.000Z'];
    expect(await span(`${ten}&${twelve}`)).toEqual(ids.slice(2, 6));
    expect(await span(ten)).toEqual(ids.slice(2));
    expect(await span(twelve)).toEqual(ids.slice(0, 6));
    expect(await span('until=2026-02-28T12:00:00.001Z')).toEqual(ids);
    expect(await span('since=2026-02-28T11:00:00.001%2B00:00')).toEqual(ids.slice(6));
    expect(await span('since=2026-02-28T13:00:00Z')).toEqual([]);
    expect(await span('until=2026-02-28T09:00:00Z')).toEqual([]);
    expect(await span('since=2026-02-28T12:00:00Z&until=2026-02-28T10:00:00Z')).toEqual([]);
    const pages = await read(bank, `/events?${ten}&${twelve}&limit=3`);
    expect(pages.map(idsOf)).toEqual([ids.slice(2, 5), ids.slice(5, 6)]);
    expect(await span(`after=${ids[0]}&${ten}&limit=1`)).toEqual([ids[2]]);
  });

  test('go on after no event that the bank does not list', async () => {
    const { bank, anna, ids } = await aMorning();
    expect(await bank.ask('GET', '/events?after=evt_no')).toMatchObject({
      status: 400,
      body: { type: 'urn:sandbox-bank:invalid-query', detail: 'after: is no event the bank lists' },
    });
    const others = await bank.ask('GET', `/accounts/${anna}/events?after=${ids[1]}`);
    expect(others).toMatchObject({ status: 400, body: { detail: 'after: is no event of this account' } });
    for (const limit of [0, 501, 'x']) {
      expect((await bank.ask('GET', `/events?limit=${limit}`)).status).toBe(400);
    }
  });

  test('of a span of time are the same however requests overlapped and clocks jumped', () => {
    const instant = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(
        fc.array(instant, { maxLength: 40 }),
        fc.option(instant, { nil: undefined }),
        fc.option(instant, { nil: undefined }),
        (instants, since, until) => {
          const list = openList({ now: () => new Date(0), slips: openSlips() });
          const events = instants.map((n, index) => anEvent(`evt_${index}`, n));
          events.forEach(list.write);
          const from = since === undefined ? undefined : new Date(since);
          const to = until === undefined ? undefined : new Date(until);
          const asked = instants.flatMap((n, index) =>
            n >= (since ?? 0) && n < (until ?? 99) ? [index] : [],
          );
          const listed = list.all({ since: from, until: to, limit: 500 }).items;
          expect(listed).toEqual(asked.map((index) => events[index]));
        },
      ),
    );
  });

  test('cost as much page by page at the end of 100,000 as at their beginning', () => {
    const list = openList({ now: () => new Date(0), slips: openSlips() });
    let looked = 0;
    for (let n = 0; n < 100_000; n += 1) {
      const event = anEvent(`evt_${n}`, n);
      const { occurredAt } = event;
      list.write(event);
      Object.defineProperty(event, 'occurredAt', { get: () => ++looked && occurredAt });
    }
    const whole = { since: new Date(0), until: new Date(100_000), limit: 100 };
    let after: string | undefined;
    let pages = 0;
    do {
      after = list.all({ ...whole, after }).nextAfter;
      pages += 1;
    } while (after !== undefined);
    expect(pages).toBe(1000);
    const narrow = list.all({ since: new Date(70_000), until: new Date(70_003), limit: 100 });
    expect(narrow.items.map(({ id }) => id)).toEqual(['evt_70000', 'evt_70001', 'evt_70002']);
    // Each event is compared with both ends, and each page looks at one more to know that it is not the last.
    expect(looked).toBeLessThan(2 * 101_100);
  });
});

describe.each([
  ['of all accounts', () => '/events?limit=4'],
  ['of one account', (id: string) => `/accounts/${id}/events?limit=4`],
])('the list %s, where the bank is at fault,', (_, listOf) => {
  test('has pages with fewer events than were asked for, and is whole all the same', async () => {
    const { bank, anna } = await aMorning({ seed: 3, pageShrink: 1 });
    const all = bank.told.filter(({ accountId }) => listOf(anna).startsWith('/events') || accountId === anna);
    const pages = await read(bank, listOf(anna));
    expect(pages.flatMap(({ items }) => items)).toEqual(all);
    for (const { items, nextAfter } of pages.slice(0, -1)) {
      expect(items.length).toBeGreaterThan(0);
      expect(items.length).toBeLessThan(4);
      expect(nextAfter).toBe(items.at(-1)?.id);
    }
    // The last has one event, which cannot be fewer.
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ pagesShrunk: pages.length - 1 });
    const again = await aMorning({ seed: 3, pageShrink: 1 });
    expect((await read(again.bank, listOf(again.anna))).map(idsOf)).toEqual(pages.map(idsOf));
  });

  test('shows some events only later, at their own place, behind the back of whoever read on', async () => {
    const { bank, anna } = await aMorning({ seed: 11, listLate: 0.5, listLateMs: 7_200_000 });
    const mine = (event: BankEvent) => listOf(anna).startsWith('/events') || event.accountId === anna;
    const all = bank.told.filter(mine);
    const whole = listOf(anna).replace('limit=4', 'limit=500');
    const listed = await page(bank, whole);
    const known = new Set(idsOf(listed));
    const late = all.filter(({ id }) => !known.has(id));
    expect(late.length).toBeGreaterThan(0);
    expect(listed.items.length).toBeGreaterThan(0);
    // At noon it still hides what happened after ten, and nothing of nine o'clock.
    for (const { occurredAt } of late) expect(new Date(occurredAt) > at('10:00:00')).toBe(true);
    const hidden = await bank.ask('GET', `${whole}&after=${late[0]?.id}`);
    expect(hidden).toMatchObject({ status: 400, body: { type: 'urn:sandbox-bank:invalid-query' } });

    // Set right again, it still shows them no sooner.
    await bank.ask('PUT', '/faults', {});
    expect((await page(bank, whole)).items).toEqual(listed.items);
    bank.world.now = at('12:59:59');
    expect((await page(bank, whole)).items).toEqual(listed.items);
    bank.world.now = at('14:00:00');
    expect((await page(bank, whole)).items).toEqual(all);
    const newest = all.findIndex(({ id }) => id === listed.items.at(-1)?.id);
    const missed = all.slice(0, newest).filter((event) => late.includes(event));
    expect(missed).not.toEqual([]);
  });

  test('cannot be had at times, and then says so', async () => {
    const { bank, anna } = await aMorning({ seed: 1, listFail: 0.5 });
    const asked = [];
    for (let n = 0; n < 40; n += 1) asked.push(await bank.ask('GET', listOf(anna)));
    const failed = asked.filter(({ status }) => status === 503);
    expect(failed.length).toBeGreaterThan(10);
    expect(failed.length).toBeLessThan(30);
    expect(failed[0]?.body).toMatchObject({ type: 'urn:sandbox-bank:unavailable', status: 503 });
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ listsFailed: failed.length });
  });
});

test('what is listed late is counted, and nothing is late by no time at all', async () => {
  const { bank, ids } = await aMorning({ listLate: 1, listLateMs: 60_000 });
  expect(await bank.get('/_sandbox/faults')).toMatchObject({ listedLate: ids.length });
  const prompt = await aMorning({ listLate: 1 });
  expect(await prompt.bank.get('/_sandbox/faults')).toMatchObject({ listedLate: 0 });
  expect(idsOf(await page(prompt.bank, '/events'))).toEqual(prompt.ids);
});

function anEvent(id: string, atMs: number): BankEvent {
  const occurredAt = new Date(atMs).toISOString();
  const data = { ownerRefs: ['uid_anna'], currency: 'DKK' as const };
  return { id, type: 'account.frozen', occurredAt, accountId: 'acct_1', data };
}
