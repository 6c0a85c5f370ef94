import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import composeNotification from '../../functions/notifications/compose-notification/function.ts';
import composeSecurityAlert from '../../functions/notifications/compose-security-alert/function.ts';
import { textOf } from '../../operate/explain/as-text.ts';
import { explain } from '../../operate/explain/explain.ts';
import { pageOf } from '../../operate/explain/page.ts';
import type { Logs } from '../../operate/explain/story.ts';
import { Refusal } from '../../operate/refusal.ts';
import { keyName } from '../../shared/banks/bank.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import type { Fields, Stored } from '../../shared/store/document.ts';
import { aBody, aWireEvent, WEBHOOK_SECRET } from '../../shared/testing/builders.ts';
import { eachCall } from '../../shared/testing/each-call.ts';
import { aScene, type Scene } from './scene.ts';

afterEach(() => void vi.unstubAllEnvs());

const nobodysLogs: Logs = async () => [];

async function explained(platform: Platform, id: string, logs = nobodysLogs) {
  const environment = {
    project: 'demo-test',
    name: 'memory',
    platform,
    telemetry: undefined,
    webhookSecrets: { sandbox: [WEBHOOK_SECRET] },
    operator: async () => 'somebody',
  };
  const told = await explain(environment, logs, id);
  const sentences = told.findings.map(({ kind, text }) => `${kind}: ${text}`);
  return { ...told, sentences, wrong: sentences.filter((each) => each.startsWith('wrong')) };
}

/** Ann's account is open, with money on it. */
async function anAccount(settings: Parameters<typeof aScene>[0] = {}) {
  const also = [composeNotification, composeSecurityAlert];
  const scene = await aScene({ ...settings, also });
  await scene.post(aBody(aWireEvent('account.opened', { ownerRefs: ['uid-ann'], currency: 'DKK' })));
  return scene;
}

const authorisation = (data: object = {}) =>
  aWireEvent('card.authorisation-created', {
    ...{ amountMinor: '3200', authorisationId: 'auth-1', expiresAt: '2026-11-30T09:00:00Z' },
    ...data,
  });
const clearing = (data: object = {}) =>
  aWireEvent(
    'card.cleared',
    { amountMinor: '3600', clearingId: 'clr-1', final: true, ...data },
    { id: `evt-${JSON.stringify(data)}`, occurredAt: '2026-11-23T09:30:00Z' },
  );

const post = async (scene: Scene, ...events: object[]) => {
  expect(await scene.post(aBody(...events))).toBe(202);
};
const storeOf = (documents: ReadonlyMap<string, Fields>, ending: string) =>
  [...documents.keys()].find((path) => path.startsWith(ending)) ?? '';

describe('a purchase', () => {
  test('whose hold we gave up ourselves says that no delivery tells it', async () => {
    const scene = await anAccount();
    await post(scene, authorisation());
    await scene.passTo('2026-12-20T09:00:00Z');
    const { sentences, wrong } = await explained(scene.store, 'auth-1');
    expect(wrong).toEqual([]);
    expect(sentences).toContainEqual(
      expect.stringMatching(/^note: txn_\S+, expiry:auth-1: no archived delivery tells it; fact_\S+ did\.$/),
    );
    expect(sentences).toContainEqual(expect.stringContaining('each of 1 parts was made again'));
  });

  test('whose clearing named nothing shows who found its authorisation', async () => {
    const scene = await anAccount();
    await post(scene, authorisation());
    await post(scene, clearing({ amountMinor: '3200' }));
    const { wrong, transactions, handlings } = await explained(scene.store, 'auth-1');
    expect(wrong).toEqual([]);
    expect(transactions.flatMap(({ parts }) => parts.map(({ kind }) => kind))).toEqual([
      'authorisation',
      'link',
    ]);
    const matched = handlings.find(({ told }) => told.some(({ type }) => type === 'card.entry-matched'));
    expect(matched).toMatchObject({ function: 'match-unlinked', event: { type: 'card.cleared' } });
  });

  test('about which the bank contradicts itself says what is parked, and shows the first word', async () => {
    const scene = await anAccount();
    await post(scene, clearing({ authorisationId: 'auth-1' }));
    await post(scene, { ...clearing({ authorisationId: 'auth-1', amountMinor: '3700' }), id: 'evt-other' });
    const { wrong, transactions, deliveries } = await explained(scene.store, 'clr-1');
    const id = storeOf(scene.documents(), 'parked/').replace('parked/', '');
    expect(wrong).toEqual([
      expect.stringMatching(
        `^wrong: record-transaction could not process card.cleared fact_\\S+: fact.conflict. npm run parked -- show ${id}$`,
      ),
    ]);
    expect(deliveries).toHaveLength(2);
    expect(transactions).toMatchObject([{ booked: { DKK: -3600n } }]);
  });

  test('is explained when no record of its handling is left, from the bytes alone', async () => {
    const scene = await anAccount();
    await post(scene, authorisation());
    await post(scene, clearing({ authorisationId: 'auth-1' }));
    const entries = [...scene.documents().keys()].filter((path) => path.startsWith('inbox/'));
    for (const read of await scene.store.get(entries)) await scene.store.commit([{ do: 'delete', read }]);
    vi.useFakeTimers({ now: new Date('2027-02-01T00:00:00Z'), toFake: ['Date'] });
    const { sentences, handlings, deliveries } = await explained(scene.store, 'clr-1').finally(() =>
      vi.useRealTimers(),
    );
    expect(sentences).toContainEqual(expect.stringContaining('each of 2 parts was made again'));
    expect(deliveries).toMatchObject([
      { check: 'right', signature: { key: keyName(WEBHOOK_SECRET) } },
      { check: 'right' },
    ]);
    const recorded = handlings.filter(({ function: fn }) => fn === 'record-transaction');
    expect(recorded.map(({ state, changes }) => [state, changes.length > 0])).toEqual([
      ['no record', true],
      ['no record', true],
    ]);
  });

  test('is told without the logs, where they may not be read', async () => {
    const scene = await anAccount();
    await post(scene, authorisation());
    const refuse: Logs = async () => {
      throw new Refusal('You may not.');
    };
    const { sentences, handlings } = await explained(scene.store, 'auth-1', refuse);
    expect(sentences.filter((each) => each === 'note: You may not.')).toHaveLength(1);
    expect(handlings.some(({ function: fn }) => fn === 'compose-notification')).toBe(true);
  });
});

test('what a merchant calls itself steers no terminal, and is no markup in a page', async () => {
  const scene = await anAccount();
  const name = '\u001b[2J<script>alert(1)</script>\\N\u202e';
  await post(scene, authorisation({ merchant: { name, mcc: '5814', country: 'DK' } }));
  const told = await explained(scene.store, 'auth-1');
  expect(told.transactions[0]?.description).toContain('<script>');
  const lines = textOf(told);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  expect(lines.filter((line) => /[\u0000-\u001f\u202e]/.test(line))).toEqual([]);
  expect(lines.join('\n')).toContain('\\u001b[2J<script>');
  const page = await pageOf(told);
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page.slice(page.indexOf('<svg'), page.indexOf('</svg>'))).toContain('\\N');
});

test('of a delivery of thousands of events the first are explained, and how many are not is said', async () => {
  const scene = await anAccount();
  const many = Array.from({ length: 700 }, (_, n) =>
    aWireEvent('transaction.booked', { transactionId: `t-${n}`, direction: 'credit' }, { id: `evt-${n}` }),
  );
  await post(scene, ...many);
  const ids = [...scene.documents().keys()].filter((path) => /^deliveries\/[^/]+$/.test(path));
  const told = await Promise.all(ids.map((path) => explained(scene.store, path.split('sandbox:')[1] ?? '')));
  const long = told.find(({ deliveries }) => (deliveries[0]?.body.length ?? 0) > 10_000);
  expect(long?.sentences.at(-1)).toMatch(
    /^note: \d+ events of these deliveries are left out: ask for one of them\.$/,
  );
  expect(long?.wrong).toEqual([]);
});

test('a notification of a frozen account leads to the delivery that told of it', async () => {
  const scene = await anAccount();
  await post(scene, aWireEvent('account.frozen', {}, { resourceVersion: 2 }));
  const path = storeOf(scene.documents(), 'customers/uid-ann/notifications/');
  const { deliveries, notifications, handlings } = await explained(scene.store, path.split('/').at(-1) ?? '');
  expect(notifications).toMatchObject([{ customerId: 'uid-ann' }]);
  expect(deliveries).toHaveLength(1);
  expect(deliveries[0]?.body).toContain('account.frozen');
  expect(handlings.map(({ function: fn }) => fn)).toContain('compose-security-alert');
});

describe('an account', () => {
  test('is summed shard by shard', async () => {
    vi.stubEnv('BALANCE_SHARDS', '7');
    const scene = await anAccount({ config: { BALANCE_SHARDS: '7' } });
    for (let n = 0; n < 12; n += 1) {
      const told = { direction: 'credit', amountMinor: String(100 + n), transactionId: `transfer-${n}` };
      await post(scene, aWireEvent('transaction.booked', told, { id: `evt-${n}` }));
    }
    const { balances, wrong } = await explained(scene.store, 'acct-1');
    expect(wrong).toEqual([]);
    const [balance] = balances;
    expect(balance).toMatchObject({ bookedMinor: 1266n, partsBookedMinor: 1266n, count: 12 });
    expect(balance?.figures.length).toBeGreaterThan(3);
    expect(balance?.figures.every((each) => each.bookedMinor === each.partsBookedMinor)).toBe(true);
  });

  test('that moves while it is read is shown as of one moment', async () => {
    const scene = await anAccount();
    await post(scene, authorisation());
    let left = 2;
    const moving = eachCall(scene.store, (name, call) => async (...args) => {
      const found = await call(...args);
      // Somebody pays between the balances and the transactions.
      if (name === 'query' && left > 0) {
        left -= 1;
        const told = { direction: 'credit', transactionId: `late-${left}` };
        await post(scene, aWireEvent('transaction.booked', told, { id: `evt-late-${left}` }));
      }
      return found;
    });
    const { wrong, balances } = await explained(moving, 'acct-1');
    expect(left).toBe(0);
    expect(wrong).toEqual([]);
    expect(balances).toMatchObject([{ bookedMinor: 0n, count: 1 }]);
  });

  test('says which transaction is stored otherwise than its parts give', async () => {
    const scene = await anAccount();
    await post(scene, clearing({ authorisationId: 'auth-1' }));
    const path = storeOf(scene.documents(), 'accounts/acct-1/transactions/txn_');
    const [read] = (await scene.store.get([path])) as [Stored];
    const fields = { ...read.fields, _totals: { DKK: { booked: -3_500n, held: 0n } } };
    await scene.store.commit([{ do: 'replace', read, fields }]);
    const { wrong } = await explained(scene.store, 'acct-1');
    expect(wrong).toEqual([
      `wrong: ${path.split('/').at(-1)} is stored as -35.00 DKK booked, 0.00 DKK held; its own parts give -36.00 DKK booked, 0.00 DKK held.`,
    ]);
  });
});

test('in whatever order and however often it is told, each purchase is what its bytes give, and the account their sum', async () => {
  const entries = [
    authorisation(),
    aWireEvent('card.authorisation-incremented', {
      amountMinor: '500',
      authorisationId: 'auth-1',
      incrementId: 'inc-1',
    }),
    aWireEvent('card.authorisation-reversed', {
      amountMinor: '700',
      authorisationId: 'auth-1',
      reversalId: 'rev-1',
    }),
    clearing({ authorisationId: 'auth-1', amountMinor: '1000', final: false }),
    clearing({ clearingId: 'clr-2', amountMinor: '2000' }),
    clearing({ clearingId: 'clr-3', authorisationId: 'auth-2', amountMinor: '100' }),
    aWireEvent('card.refunded', { amountMinor: '300', refundId: 'rfd-1', clearingId: 'clr-2' }),
    aWireEvent('transaction.booked', { transactionId: 'transfer-1', direction: 'credit' }),
  ];
  const batches = fc.array(fc.subarray(entries, { minLength: 1 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(batches, async (told) => {
      const scene = await anAccount();
      for (const batch of told) await post(scene, ...batch.toReversed());
      const ids = [...scene.documents().keys()].filter((path) => /\/transactions\/txn_/.test(path));
      for (const path of ids) {
        if (scene.documents().get(path)?.aliasOf !== undefined) continue;
        const { wrong, sentences } = await explained(scene.store, path.split('/').at(-1) ?? '');
        expect(wrong).toEqual([]);
        expect(sentences).toContainEqual(expect.stringContaining('is what its archived bytes give'));
      }
      const { wrong, balances } = await explained(scene.store, 'acct-1');
      expect(wrong).toEqual([]);
      expect(balances).toHaveLength(1);
    }),
    { numRuns: 30 },
  );
});
