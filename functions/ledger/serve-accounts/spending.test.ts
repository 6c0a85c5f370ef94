import { describe, expect, test } from 'vitest';
import { aFact, aRequest } from '../../../shared/testing/builders.ts';
import { aWorld } from '../../../shared/testing/world.ts';
import tallySpending from '../tally-spending/function.ts';
import trackAccount from '../track-account/function.ts';
import serveAccounts from './function.ts';

async function served(...facts: readonly Parameters<ReturnType<typeof aWorld>['deliver']>[1][]) {
  const world = aWorld({ functions: [trackAccount, tallySpending, serveAccounts] });
  await world.deliver('bank-facts', aFact('account.opened'), ...facts);
  return async (month: string, uid = 'uid-ann', account = 'acct-1') => {
    const path = `/v1/accounts/${account}/spending/${month}`;
    const { status, body } = await world.ask(serveAccounts, aRequest('GET', path, uid));
    return { status, body: body as { code?: string; items?: unknown[] } };
  };
}

const spent = (id: string, name: string, amountMinor: bigint) =>
  aFact('card.cleared', { id, clearingId: id, amountMinor, merchant: { name, mcc: '5814' } });

describe('what was spent in a month', () => {
  test('is listed by merchant, the most first, and what came back last', async () => {
    const get = await served(
      spent('a', 'Kaffebar', 3200n),
      spent('b', 'Boghandel', 25_000n),
      spent('c', 'Kaffebar', 1800n),
      aFact('card.refunded', { id: 'd', amountMinor: 9000n, merchant: { name: 'Skobutik' } }),
    );
    const item = (merchant: string, spentMinor: string, count: number) => ({
      merchant,
      mcc: '5814',
      currency: 'DKK',
      spentMinor,
      count,
    });
    expect(await get('2026-11')).toEqual({
      status: 200,
      body: {
        month: '2026-11',
        items: [
          item('Boghandel', '25000', 1),
          item('Kaffebar', '5000', 2),
          { ...item('Skobutik', '-9000', 1), mcc: undefined },
        ],
      },
    });
    expect((await get('2026-10')).body).toEqual({ month: '2026-10', items: [] });
  });

  test.each(['2026', '2026-13', '2026-00', '2026-1', '26-11', 'november', '2026-11-01'])(
    'cannot be asked for by what is no month: %s',
    async (month) => {
      const get = await served();
      expect(await get(month)).toMatchObject({ status: 400, body: { code: 'month.invalid' } });
    },
  );

  test('is nobody else’s to see', async () => {
    const get = await served(spent('a', 'Kaffebar', 3200n));
    for (const answer of [await get('2026-11', 'uid-eve'), await get('2026-11', 'uid-ann', 'acct-9')])
      expect(answer).toMatchObject({ status: 404, body: { code: 'account.not-found' } });
  });
});
