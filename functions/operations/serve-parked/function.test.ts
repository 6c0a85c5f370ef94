import { beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/platform/platform.ts';
import { aFact, aRequest, NOW } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import trackAccount from '../../ledger/track-account/function.ts';
import parkDeadLetter from '../park-dead-letter/function.ts';
import serveParked from './function.ts';

type View = Readonly<Record<string, unknown>>;

const opened = aFact('account.opened', { resourceVersion: 1 });
/** A state without a number, about an account whose states are numbered: it is parked, and a person must look. */
const frozen = (n = 1) => aFact('account.frozen', { id: `fact-${n}` });

function aPlace() {
  const world = aWorld({ functions: [trackAccount, parkDeadLetter, serveParked] });
  const ask = async (method: string, path: string, uid = 'op-ann', body?: unknown) => {
    const rawBody = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const url = `/v1/operators/parked${path}`;
    const answer = await world.ask(serveParked, aRequest(method, url, uid, { rawBody }));
    return { status: answer.status, body: answer.body as View & { code?: string; items: View[] } };
  };
  return {
    world,
    ask,
    get: (path: string) => ask('GET', path),
    post: (path: string, body?: unknown) => ask('POST', path, 'op-ann', body),
    park: (...facts: readonly Message[]) => world.deliver('bank-facts', opened, ...facts),
    async firstId() {
      return (await ask('GET', '')).body.items[0]?.id as string;
    },
    /** The account as a person mends it by hand: without the number that kept the fact out. */
    async mend() {
      const [read] = await world.store.get(['accounts/acct-1']);
      if (!read?.fields) throw new Error('no account');
      const { _opened, _status, ...fields } = read.fields;
      await world.store.commit([{ do: 'replace', read, fields }]);
    },
    audit: () =>
      [...world.documents()].filter(([path]) => path.startsWith('audit/')).map(([, entry]) => entry),
  };
}

let place: ReturnType<typeof aPlace>;
beforeEach(() => {
  place = aPlace();
});

describe('an operator', () => {
  test('sees what is parked and why, and nothing of what it holds', async () => {
    await place.park(frozen());
    const { status, body } = await place.get('');
    expect(status).toBe(200);
    expect(body.items).toEqual([
      {
        id: expect.stringMatching(/^prk_/),
        function: 'track-account',
        reason: 'fact.version-missing',
        facts: { accountId: 'acct-1' },
        attempts: 1,
        parkedAt: NOW.toISOString(),
        traceparent: expect.any(String),
        state: 'waiting',
      },
    ]);
  });

  test('sees one of them with its event and what was done about it, and its bytes only when asking for them', async () => {
    await place.park(frozen());
    const id = await place.firstId();
    const { body } = await place.get(`/${id}`);
    expect(body).toMatchObject({ id, event: { id: 'fact-1', type: 'account.frozen' }, audit: [] });
    expect(JSON.stringify(body)).not.toContain('evt-fact-1');
    expect((await place.get(`/${id}?raw=true`)).body.raw).toMatchObject({
      dataBase64: Buffer.from(frozen().data).toString('base64'),
      event: { data: { bankEventId: 'evt-fact-1' } },
    });
    // Who looked at a customer's data is remembered.
    expect((await place.get(`/${id}`)).body.audit).toMatchObject([{ action: 'read' }]);
  });

  test('may ask for one reason, and for no filter that there is not', async () => {
    await place.park(frozen());
    expect((await place.get('?reason=fact.version-missing')).body.items).toHaveLength(1);
    expect((await place.get('?reason=fact.conflict')).body.items).toEqual([]);
    expect(await place.get('?reasn=fact.conflict')).toMatchObject({
      status: 400,
      body: { code: 'filter.unknown' },
    });
  });

  test('goes through them page by page, each once, by state and by function', async () => {
    await place.park(...[1, 2, 3, 4, 5].map(frozen));
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await place.get(`?limit=2&state=waiting&function=track-account${cursor}`);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
    expect((await place.get('?state=dropped')).body.items).toEqual([]);
    expect((await place.get('?function=record-transaction')).body.items).toEqual([]);
  });

  test.each(['?limit=0', '?limit=101', '?limit=x', '?state=lost', '?cursor=abc', '?cursor='])(
    'is told what is wrong with %s',
    async (query) => {
      const { status, body } = await place.get(query);
      expect([status, body.code]).toEqual([400, `${query.slice(1).split('=')[0]}.invalid`]);
    },
  );
});

describe('a redrive', () => {
  test('applies what was parked once its cause is gone, is kept in the audit, and twice is once', async () => {
    await place.park(frozen());
    const id = await place.firstId();
    await place.mend();
    expect((await place.get(`/${id}`)).body).toMatchObject({ state: 'waiting', handled: false });
    for (const expected of [1, 2]) {
      expect(await place.post(`/${id}/redrive`)).toMatchObject({ status: 202, body: { state: 'redriven' } });
      expect(place.audit()).toHaveLength(expected);
    }
    expect((await place.get(`/${id}`)).body).toMatchObject({ state: 'redriven', handled: true });
    expect(place.world.documents().get('accounts/acct-1')).toMatchObject({ status: 'frozen' });
    expect(place.world.events('customers').filter(({ subject }) => subject === 'acct-1')).toHaveLength(3);
    expect(new Set(place.world.events('customers').map(({ id }) => id)).size).toBe(2);
    expect(place.audit()[0]).toMatchObject({
      action: 'redrive',
      by: 'op-ann',
      parkedId: id,
      at: NOW.toISOString(),
    });
  });

  test('that is given up again waits again, with one more attempt', async () => {
    await place.park(frozen());
    const id = await place.firstId();
    await place.post(`/${id}/redrive`);
    expect((await place.get(`/${id}`)).body).toMatchObject({ state: 'waiting', attempts: 2 });
  });

  test('of what is no event is refused: it would only be parked again', async () => {
    await place.park({ data: Buffer.from('hello'), attributes: { type: 'account.frozen' } });
    const { status, body } = await place.post(`/${await place.firstId()}/redrive`);
    expect([status, body.code]).toEqual([409, 'redrive.useless']);
    expect(place.audit()).toEqual([]);
  });

  test('of what was dropped is refused', async () => {
    await place.park(frozen());
    const id = await place.firstId();
    await place.post(`/${id}/drop`, { why: 'a test of the bank' });
    const { status, body } = await place.post(`/${id}/redrive`);
    expect([status, body.code]).toEqual([409, 'parked.dropped']);
  });
});

describe('a drop', () => {
  test('says who did it and why, in the same commit', async () => {
    await place.park(frozen());
    const id = await place.firstId();
    expect(await place.post(`/${id}/drop`, { why: ' a test of the bank ' })).toMatchObject({ status: 200 });
    expect((await place.get(`/${id}`)).body).toMatchObject({
      state: 'dropped',
      audit: [{ action: 'drop', by: 'op-ann', why: 'a test of the bank', at: NOW.toISOString() }],
    });
  });

  test.each([{}, { why: '' }, { why: '  ' }, { why: 7 }, [], { why: 'Known', by: 'me' }])(
    'without a reason, or with more than that, is a 422: %j',
    async (body) => {
      await place.park(frozen());
      const id = await place.firstId();
      expect(await place.post(`/${id}/drop`, body)).toMatchObject({
        status: 422,
        body: { code: 'body.invalid' },
      });
      expect((await place.get(`/${id}`)).body).toMatchObject({ state: 'waiting', audit: [] });
    },
  );

  test('of what does not wait any more is refused', async () => {
    await place.park(frozen());
    const id = await place.firstId();
    await place.mend();
    await place.post(`/${id}/redrive`);
    const { status, body } = await place.post(`/${id}/drop`, { why: 'too late' });
    expect([status, body.code]).toEqual([409, 'parked.not-waiting']);
    expect(place.audit()).toHaveLength(1);
  });
});

describe('who may', () => {
  const routes = [
    ['GET', ''],
    ['GET', '/prk_1'],
    ['POST', '/prk_1/redrive'],
    ['POST', '/prk_1/drop'],
  ] as const;

  test.each(routes)('nobody without the operator’s role: %s %s', async (method, path) => {
    expect(await place.ask(method, path, 'uid-ann')).toMatchObject({
      status: 403,
      body: { code: 'operator.role-missing' },
    });
  });

  test.each(routes.slice(1))('an operator, where there is such a one: %s %s', async (method, path) => {
    const answer = await place.ask(method, path, 'op-ann', { why: 'none' });
    expect([answer.status, answer.body.code]).toEqual([404, 'parked.not-found']);
  });
});
