import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankEvent } from './events.ts';
import { aBank, aBankLike, anAccount, seenOf, type TestBank } from './testing.ts';

const creditor = { name: 'Havnens El', creditorId: 'DK99ZZZ123456' };

/** The bank's day is 28 February 2026. */
async function aMandate(changes: { scheme?: 'core' | 'b2b'; amountMinor?: string } = {}) {
  const bank = await aBank();
  const accountId = await anAccount(bank);
  const amountMinor = changes.amountMinor ?? '100000';
  await bank.post(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor });
  const request = { creditor, scheme: changes.scheme ?? 'core', mandateId: 'mandate-1' };
  await bank.post(`/accounts/${accountId}/mandates`, request);
  return { bank, accountId };
}

async function aCollection(bank: TestBank, request: { amountMinor?: string; dueDate?: string } = {}) {
  const { amountMinor = '45000', dueDate = '2026-03-03' } = request;
  const path = '/mandates/mandate-1/collections';
  return String((await bank.post(path, { amountMinor, dueDate, remittance: 'el, marts' })).collectionId);
}

function on(bank: TestBank, date: string): void {
  bank.world.now = new Date(`${date}T09:30:00.000Z`);
  bank.expireDue();
}

const ask = async (bank: TestBank, path: string, key = 'key-1') => {
  const { status, body } = await bank.ask('POST', path, {}, key);
  return status === 201 ? status : [status, String(body.type).replace('urn:sandbox-bank:', '')];
};

const transactionIn = (event: BankEvent | undefined) =>
  event && 'transactionId' in event.data ? event.data.transactionId : undefined;

const toldOf = (bank: TestBank) =>
  bank.told
    .filter(({ type }) => /^(mandate|direct-debit)\./.test(type))
    .map(({ type, data }) => ('reason' in data ? `${type} ${data.reason}` : type));

describe('a direct debit', () => {
  test('is announced, and debited on its due date as an ordinary transaction', async () => {
    const { bank, accountId } = await aMandate();
    const collectionId = await aCollection(bank);
    on(bank, '2026-03-02');
    expect(await bank.figures(accountId)).toEqual(['100000', '0']);
    on(bank, '2026-03-03');
    on(bank, '2026-03-04');
    expect(await bank.figures(accountId)).toEqual(['55000', '0']);
    expect(toldOf(bank)).toEqual(['mandate.created', 'direct-debit.announced', 'direct-debit.collected']);
    const [booked, collected] = bank.told.slice(-2);
    expect(booked).toMatchObject({
      type: 'transaction.booked',
      data: {
        collectionId,
        direction: 'debit',
        amount: { amountMinor: '45000' },
        counterparty: { name: 'Havnens El' },
        bookingDate: '2026-03-03',
      },
    });
    expect(collected?.data).toEqual({
      mandateId: 'mandate-1',
      collectionId,
      creditor,
      amount: { amountMinor: '45000', currency: 'DKK' },
      dueDate: '2026-03-03',
      remittance: 'el, marts',
      bookingDate: '2026-03-03',
      transactionId: transactionIn(booked),
    });
  });

  test('may take all that there is, and not a cent more', async () => {
    for (const [amountMinor, told] of [
      ['45000', 'direct-debit.collected'],
      ['44999', 'direct-debit.refused AM04'],
    ] as const) {
      const { bank } = await aMandate({ amountMinor });
      await aCollection(bank);
      on(bank, '2026-03-03');
      expect(toldOf(bank).at(-1)).toBe(told);
    }
  });

  test('does not take what is held for something else', async () => {
    const { bank, accountId } = await aMandate({ amountMinor: '45000' });
    await bank.post(`/accounts/${accountId}/authorisations`, { amountMinor: '1' });
    await aCollection(bank);
    on(bank, '2026-03-03');
    expect(toldOf(bank).at(-1)).toBe('direct-debit.refused AM04');
    expect(await bank.figures(accountId)).toEqual(['45000', '1']);
  });

  test.each([
    ['frozen', '/freeze', 'AC06'],
    ['closed', '/close', 'AC04'],
  ])('is refused where the account is %s by then', async (_, path, reason) => {
    const { bank, accountId } = await aMandate();
    await aCollection(bank);
    await bank.post(`/accounts/${accountId}${path}`);
    on(bank, '2026-03-03');
    expect(toldOf(bank).at(-1)).toBe(`direct-debit.refused ${reason}`);
  });

  test('needs a mandate of this bank, and a due date that is still to come', async () => {
    const { bank, accountId } = await aMandate();
    const collection = { amountMinor: '100', dueDate: '2026-02-27' };
    expect((await bank.ask('POST', '/mandates/no/collections', collection)).status).toBe(404);
    const late = await bank.ask('POST', '/mandates/mandate-1/collections', collection);
    expect(late).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/dueDate' }] } });
    const again = { creditor, scheme: 'core', mandateId: 'mandate-1' };
    expect((await bank.ask('POST', `/accounts/${accountId}/mandates`, again)).status).toBe(409);
  });
});

describe('the customer refuses a direct debit', () => {
  test('until the day before its due date, and is answered the same under the same key', async () => {
    const { bank, accountId } = await aMandate();
    const collectionId = await aCollection(bank);
    const path = `/collections/${collectionId}/refusal`;
    on(bank, '2026-03-02');
    expect(await ask(bank, path)).toBe(201);
    expect(await ask(bank, path)).toBe(201);
    expect(await ask(bank, path, 'key-2')).toEqual([409, 'collection-refused']);
    on(bank, '2026-03-03');
    expect(await bank.figures(accountId)).toEqual(['100000', '0']);
    expect(toldOf(bank).slice(2)).toEqual(['direct-debit.refused MS02']);
  });

  test('under a key that is remembered for a day, as any key', async () => {
    const { bank } = await aMandate();
    const path = `/collections/${await aCollection(bank)}/refusal`;
    expect(await ask(bank, path)).toBe(201);
    bank.world.now = new Date('2026-03-01T09:29:59.999Z');
    expect(await ask(bank, path)).toBe(201);
    bank.world.now = new Date('2026-03-01T09:30:00.000Z');
    expect(await ask(bank, path)).toEqual([409, 'collection-refused']);
  });

  test('too late on its due date, before or after it is collected', async () => {
    const { bank } = await aMandate();
    const path = `/collections/${await aCollection(bank)}/refusal`;
    bank.world.now = new Date('2026-03-03T00:00:00.000Z');
    expect(await ask(bank, path)).toEqual([409, 'collection-due']);
    bank.expireDue();
    expect(await ask(bank, path)).toEqual([409, 'collection-collected']);
  });

  test('not without a key, nor with the key of something else', async () => {
    const { bank } = await aMandate();
    const [first, second] = [await aCollection(bank), await aCollection(bank)];
    expect((await bank.ask('POST', `/collections/${first}/refusal`, {})).status).toBe(400);
    expect(await ask(bank, `/collections/${first}/refusal`)).toBe(201);
    expect(await ask(bank, `/collections/${second}/refusal`)).toEqual([422, 'idempotency-key-reused']);
    expect(await ask(bank, '/collections/no/refusal', 'key-2')).toEqual([404, 'collection-not-found']);
  });
});

describe('the customer asks back what was collected', () => {
  // 3 March and 56 days: 28 left of March, 28 of April.
  test.each([
    ['2026-03-03', 201],
    ['2026-04-28', 201],
    ['2026-04-29', [409, 'collection-refund-late']],
  ])('on %s', async (date, answer) => {
    const { bank, accountId } = await aMandate();
    const collectionId = await aCollection(bank);
    on(bank, '2026-03-03');
    on(bank, date);
    expect(await ask(bank, `/collections/${collectionId}/return`)).toEqual(answer);
    expect(await bank.figures(accountId)).toEqual([answer === 201 ? '100000' : '55000', '0']);
  });

  test('has it once, as a credit of its own, also where the account is closed by then', async () => {
    const { bank, accountId } = await aMandate();
    const collectionId = await aCollection(bank);
    on(bank, '2026-03-03');
    await bank.post(`/accounts/${accountId}/close`);
    const path = `/collections/${collectionId}/return`;
    expect([await ask(bank, path), await ask(bank, path)]).toEqual([201, 201]);
    expect(await ask(bank, path, 'key-2')).toEqual([409, 'collection-returned']);
    expect(await bank.figures(accountId)).toEqual(['100000', '0']);
    const [booked, returned] = bank.told.slice(-2);
    const transactionId = transactionIn(booked);
    expect(booked).toMatchObject({ type: 'transaction.booked', data: { collectionId, direction: 'credit' } });
    expect(returned).toMatchObject({
      type: 'direct-debit.returned',
      data: { reason: 'MD06', transactionId, bookingDate: '2026-03-03' },
    });
  });

  test('and cannot have it a second time, by a reversal or a correction of what was booked', async () => {
    const { bank, accountId } = await aMandate();
    const collectionId = await aCollection(bank);
    on(bank, '2026-03-03');
    const debit = transactionIn(bank.told.at(-1));
    const reversed = await bank.ask('POST', `/transactions/${debit}/reversal`);
    expect(reversed).toMatchObject({ status: 409, body: { title: 'Transaction of collection' } });
    const right = { amountMinor: '1' };
    expect((await bank.ask('POST', `/transactions/${debit}/correction`, right)).status).toBe(409);
    expect(await bank.figures(accountId)).toEqual(['55000', '0']);
    await ask(bank, `/collections/${collectionId}/return`);
    const credit = transactionIn(bank.told.at(-1));
    expect((await bank.ask('POST', `/transactions/${credit}/reversal`)).status).toBe(409);
    expect(await bank.figures(accountId)).toEqual(['100000', '0']);
  });

  test('in vain where both are businesses, or nothing was collected', async () => {
    const { bank } = await aMandate({ scheme: 'b2b' });
    const path = `/collections/${await aCollection(bank)}/return`;
    expect(await ask(bank, path)).toEqual([409, 'collection-announced']);
    on(bank, '2026-03-03');
    expect(await ask(bank, path)).toEqual([409, 'collection-b2b']);
  });
});

describe('a mandate', () => {
  test('that is blocked collects nothing, and collects again once it is not', async () => {
    const { bank, accountId } = await aMandate();
    await aCollection(bank);
    await aCollection(bank, { dueDate: '2026-03-05' });
    await bank.post('/mandates/mandate-1/block');
    await bank.post('/mandates/mandate-1/block');
    on(bank, '2026-03-03');
    await bank.post('/mandates/mandate-1/unblock');
    on(bank, '2026-03-05');
    expect(await bank.figures(accountId)).toEqual(['55000', '0']);
    expect(toldOf(bank).slice(3)).toEqual([
      'mandate.blocked',
      'direct-debit.refused SL01',
      'mandate.unblocked',
      'direct-debit.collected',
    ]);
  });

  test('that was cancelled collects nothing more, and is neither blocked nor collected by', async () => {
    const { bank } = await aMandate();
    await aCollection(bank);
    await bank.post('/mandates/mandate-1/cancellation');
    await bank.post('/mandates/mandate-1/cancellation');
    expect(await ask(bank, '/mandates/mandate-1/block')).toEqual([409, 'mandate-cancelled']);
    const more = { amountMinor: '1', dueDate: '2026-03-03' };
    expect((await bank.ask('POST', '/mandates/mandate-1/collections', more)).status).toBe(409);
    on(bank, '2026-03-03');
    expect(toldOf(bank).slice(2)).toEqual(['mandate.cancelled', 'direct-debit.refused MD01']);
  });
});

// So often that in most runs money was collected before the rest is tried on it.
const usual = (['collect', 'day'] as const).flatMap((does) => [does, does, does]);
const step = fc.record({
  does: fc.constantFrom(...usual, ...(['refuse', 'return', 'block', 'unblock', 'spend', 'reverse'] as const)),
  on: fc.nat(5),
  amountMinor: fc.integer({ min: 1, max: 60_000 }).map(String),
});

test('whatever happens, the account has what it had, less what was collected once and not given back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      const { bank, accountId } = await aMandate();
      let spentMinor = 0n;
      const ids: string[] = [];
      for (const [n, { does, on: which, amountMinor }] of steps.entries()) {
        const collection = `/collections/${ids[which % ids.length]}`;
        const dueDate = new Date(bank.world.now.getTime() + which * 86_400_000).toISOString().slice(0, 10);
        if (does === 'collect') ids.push(await aCollection(bank, { amountMinor, dueDate }));
        if (does === 'refuse') await ask(bank, `${collection}/refusal`, `key-${n}`);
        if (does === 'return') await ask(bank, `${collection}/return`, `key-${n}`);
        if (does === 'block' || does === 'unblock') await bank.post(`/mandates/mandate-1/${does}`);
        if (does === 'day')
          on(bank, new Date(bank.world.now.getTime() + 172_800_000).toISOString().slice(0, 10));
        if (does === 'reverse') {
          const moved = bank.told.filter(({ data }) => 'transactionId' in data && 'mandateId' in data);
          await bank.ask('POST', `/transactions/${transactionIn(moved[which % moved.length])}/reversal`);
        }
        if (does === 'spend') {
          await bank.post(`/accounts/${accountId}/transfers`, { direction: 'debit', amountMinor: '700' });
          spentMinor += 700n;
        }
      }
      const sum = (type: string) =>
        bank.told.reduce((total, event) => {
          const { amount } = event.data as { amount?: { amountMinor: string } };
          return event.type === type && amount ? total + BigInt(amount.amountMinor) : total;
        }, 0n);
      const left = 100_000n - spentMinor - sum('direct-debit.collected') + sum('direct-debit.returned');
      expect(await bank.figures(accountId)).toEqual([String(left), '0']);
      expect(bank.bank.ledger.bookedMinor('clearing-house:DKK')).toBe(-left);
      const idsOf = (type: string) =>
        bank.told.flatMap(({ type: told, data }) =>
          told === type && 'collectionId' in data ? data.collectionId : [],
        );
      const [collected, returned] = [idsOf('direct-debit.collected'), idsOf('direct-debit.returned')];
      expect(new Set(collected).size).toBe(collected.length);
      expect(new Set(returned).size).toBe(returned.length);
      expect(collected).toEqual(expect.arrayContaining(returned));
      const again = await aBankLike(bank);
      expect(await seenOf(again)).toEqual(await seenOf(bank));
    }),
    { numRuns: 40 },
  );
});
