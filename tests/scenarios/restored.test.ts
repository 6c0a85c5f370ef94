import { afterEach, describe, expect, test, vi } from 'vitest';
import { balanceFrom } from '../../shared/store/balances.ts';
import type { Fields } from '../../shared/store/document.ts';
import { balancesIn, stateOf } from '../../shared/testing/world.ts';
import { aLifeThatIsForgotten } from './restored.ts';

afterEach(() => void vi.unstubAllGlobals());

// Two payments, a hold, and a credit to each account.
const HAPPENED_SINCE = 5;

type Life = Awaited<ReturnType<typeof aLifeThatIsForgotten>>;

/** Transactions, balances and notifications: what comes back of itself. */
function mirrored(documents: ReadonlyMap<string, Fields>) {
  const kept = [...documents].filter(([path]) => /\/(transactions|balances|notifications)\//.test(path));
  return stateOf(new Map(kept));
}

/** Booked and held of each account, here and at the bank. */
function figures({ mirror, accounts }: Life) {
  const documents = mirror.world.documents();
  const { ledger } = mirror.bank;
  return {
    ours: accounts.map((id) => {
      const { booked, held } = balanceFrom(balancesIn(documents, id), 'DKK');
      return { booked, held };
    }),
    banks: accounts.map((id) => ({ booked: ledger.bookedMinor(id), held: ledger.heldMinor(id) })),
  };
}

describe.each([
  ['subscriptions sent back to before it', true],
  ['no event of since then left, but only the bank to ask', false],
])('a store restored to an earlier time, with %s', (_, isSeeked) => {
  describe.each([5, 96])('%i hours later', (hours) => {
    async function restored() {
      const life = await aLifeThatIsForgotten({ hours });
      life.restore();
      expect(figures(life).ours).not.toEqual(figures(life).banks);
      if (isSeeked) await life.seek();
      await life.catchUp();
      return life;
    }

    test('has each balance, hold, transaction and notification again, each once', async () => {
      const life = await restored();
      expect(figures(life).ours).toEqual(figures(life).banks);
      expect(mirrored(life.mirror.world.documents())).toEqual(mirrored(life.whole));
      expect((await life.mirror.drifts()).filter(({ settledAt }) => settledAt === undefined)).toEqual([]);
      expect(life.mirror.world.failures).toEqual([]);
    });

    test('pays nothing twice: neither what was paid since, nor rent, nor what was under way', async () => {
      const life = await restored();
      await life.goOn();
      const { sent, due, lost, underWay } = life.payments;
      expect(life.timesAtBank(sent, lost, underWay)).toEqual([1, 1, 1]);
      // What fell due since was paid then, or is paid now.
      const isPast = hours > 48;
      expect(life.timesAtBank(due)).toEqual([isPast ? 1 : 0]);
      for (const { id } of isPast ? [sent, due, underWay] : [sent, underWay])
        expect((await life.seen(id)).state).toBe('sent');
      expect(life.rentsPaid()).toBe(isPast ? 1 : 0);
      expect(figures(life).ours).toEqual(figures(life).banks);
      expect(await life.reserved()).toEqual({});
    });

    test('knows no more of what was ordered since, or taken back: its money is right, and a cancel is to be repeated', async () => {
      const life = await restored();
      const { lost, cancelled } = life.payments;
      expect((await life.seen(lost.id)).status).toBe(404);
      expect(parkedReasons(life)).toContain('track-payment payment.not-found');
      expect((await life.seen(cancelled.id)).state).toBe('scheduled');
      await life.act(cancelled.id, 'cancellation');
      await life.goOn();
      expect(life.timesAtBank(cancelled)).toEqual([0]);
    });

    test('rings again only for what is not a day old', async () => {
      const life = await aLifeThatIsForgotten({ hours });
      const { arrived, shows } = life.push.phone('token-1');
      life.restore();
      if (isSeeked) await life.seek();
      await life.catchUp();
      const after = life.push.phone('token-1');
      // In the place of what the phone shows already.
      expect(new Set(after.shows.map(({ tag }) => tag))).toEqual(new Set(shows.map(({ tag }) => tag)));
      expect(after.arrived - arrived).toBe(hours < 24 ? HAPPENED_SINCE : 0);
    });
  });
});

test('an app that orders again under its old key is paid once, as long as the bank remembers the key', async () => {
  const life = await aLifeThatIsForgotten({ hours: 5 });
  life.restore();
  await life.catchUp();
  const { id } = await life.pay('900', { key: 'lost' });
  await life.goOn();
  expect(id).toBe(life.payments.lost.id);
  expect(life.timesAtBank({ id })).toEqual([1]);
});

test('documents that are put back beside a newer inbox never catch up: it takes everything for done', async () => {
  const life = await aLifeThatIsForgotten({ hours: 5 });
  const inbox = [...life.whole].filter(([path]) => path.startsWith('inbox/'));
  life.restore(new Map(inbox));
  await life.seek();
  await life.catchUp();
  expect(figures(life).ours).not.toEqual(figures(life).banks);
});

test('an empty store is not filled from the bank’s list: one day back, and no account that nobody here knows', async () => {
  const life = await aLifeThatIsForgotten({ hours: 96 });
  life.mirror.restart(new Map());
  await life.catchUp();
  expect([...life.mirror.world.documents().keys()].filter((path) => path.startsWith('accounts/'))).toEqual(
    [],
  );
});

function parkedReasons({ mirror }: Life): string[] {
  const parked = [...mirror.world.documents()].filter(([path]) => /^parked\/[^/]+$/.test(path));
  return parked.map(([, { function: name, reason }]) => `${name} ${reason}`);
}
