import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aBank, aBankLike, anAccount, seenOf, type TestBank } from './testing.ts';

const outside = { name: 'Bo Holm', iban: 'DK5000400440116243' };
const statuses = ['RCVD', 'ACTC', 'PDNG', 'ACSP', 'ACWP', 'BLCK', 'ACSC', 'ACCC', 'RJCT', 'CANC'];
const share = fc.constantFrom(0, 0.3, 1);

/** One request about payments, a new set of faults, or time that goes by; `on` picks one of what there is by then. */
const step = fc.record({
  does: fc.constantFrom(
    ...(['pay', 'pay', 'pay', 'move', 'move', 'return', 'recall', 'decide', 'cancel'] as const),
    ...(['reverse', 'book', 'close', 'fault', 'wait', 'wait'] as const),
  ),
  on: fc.nat(7),
  amountMinor: fc.integer({ min: 1, max: 500 }).map(String),
  isoStatus: fc.constantFrom(...statuses),
  flag: fc.boolean(),
  scheme: fc.constantFrom(undefined, 'sepa-instant'),
  faults: fc.record({
    ...{ paymentLate: share, paymentReject: share, paymentReturn: share, paymentFail: share },
    ...{ paymentTimeoutBefore: share, paymentTimeoutAfter: share, seed: fc.nat(9) },
    ...{ paymentLateMs: fc.nat(90_000), paymentReturnMs: fc.nat(90_000) },
  }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Two accounts that pay each other and the world outside. */
async function aBankOfTwo() {
  const bank = await aBank();
  const ids = [await anAccount(bank), await anAccount(bank)];
  for (const id of ids)
    await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: '1500' });
  const account = await bank.get(`/accounts/${ids[1]}`);
  return { bank, ids, iban: String(account.iban) };
}

const paymentIds = ({ told }: TestBank) => [
  ...new Set(told.flatMap(({ data }) => ('paymentId' in data && data.paymentId ? [data.paymentId] : []))),
];

async function take({ bank, ids, iban }: Awaited<ReturnType<typeof aBankOfTwo>>, each: Step): Promise<void> {
  const { does, on, amountMinor, isoStatus, flag, scheme, faults } = each;
  const payments = paymentIds(bank);
  const payment = `/payments/${payments[on % payments.length] ?? 'none'}`;
  const transactions = bank.told.flatMap(({ data }) => ('transactionId' in data ? [data.transactionId] : []));
  const transaction = `/transactions/${transactions[(on * 3) % transactions.length]}`;
  if (does === 'wait') {
    bank.world.now = new Date(bank.world.now.getTime() + on * (flag ? 9_000_000 : 15_000));
    return bank.expireDue();
  }
  if (does === 'fault') {
    await bank.ask('PUT', '/faults', faults);
    return;
  }
  const creditors = [outside, { name: 'Anna', iban }, { accountId: ids[0] }];
  const creditor = scheme ? creditors[on % 2] : creditors[on % 3];
  const order = { accountId: ids[Number(flag)], amountMinor, scheme, creditor, reference: `ref-${on}` };
  const requests: Record<
    Exclude<typeof does, 'wait' | 'fault'>,
    [path: string, body: object, key?: string]
  > = {
    pay: ['/payments', order, `key-${on}`],
    move: [`${payment}/status`, { isoStatus }],
    return: [`${payment}/return`, { reason: 'AC04', ...(flag && { amountMinor }) }],
    recall: [`${payment}/recalls`, { reason: 'DUPL' }, `recall-${on}`],
    decide: [`${payment}/recall-decision`, { accepted: flag }],
    cancel: [`${payment}/cancellation`, {}],
    reverse: [`${transaction}/reversal`, {}],
    book: [`${transaction}/booking`, {}],
    // Seldom: nothing is paid after it.
    close: on === 0 ? [`/accounts/${ids[Number(flag)]}/close`, {}] : ['/payments', order, `key-${on}`],
  };
  await bank.ask('POST', ...requests[does]).catch((error: Error) => {
    if (error.name !== 'ConnectionCut') throw error;
  });
}

/** What a payment did to an account, from what was told of its transactions, and never from the bank's own memory of it. */
function movedBy({ told }: TestBank, paymentId: string, accountId: string) {
  const moved = { bookedMinor: 0n, heldMinor: 0n, debits: 0, returnedMinor: 0n };
  for (const event of told) {
    if (event.accountId !== accountId || !event.type.startsWith('transaction.')) continue;
    const { data } = event as Extract<typeof event, { type: 'transaction.booked' }>;
    if (data.paymentId !== paymentId) continue;
    const amountMinor = BigInt(data.amount.amountMinor);
    const signedMinor = data.direction === 'credit' ? amountMinor : -amountMinor;
    if (event.type === 'transaction.pending') moved.heldMinor += amountMinor;
    if (event.type === 'transaction.cancelled') moved.heldMinor -= amountMinor;
    if (event.type === 'transaction.reversed') moved.bookedMinor -= signedMinor;
    if (event.type !== 'transaction.booked') continue;
    moved.bookedMinor += signedMinor;
    if (data.returned) moved.returnedMinor += signedMinor;
    else moved.debits += 1;
    const wasPending = told.some(({ type, data: other }) => {
      return (
        type === 'transaction.pending' &&
        'transactionId' in other &&
        other.transactionId === data.transactionId
      );
    });
    if (wasPending) moved.heldMinor -= amountMinor;
  }
  return moved;
}

async function expectExactMoney({ bank, ids }: Awaited<ReturnType<typeof aBankOfTwo>>): Promise<void> {
  const all = paymentIds(bank);
  for (const accountId of ids) {
    const { ledger } = bank.bank;
    const days = [...new Set(bank.told.map(({ occurredAt }) => occurredAt.slice(0, 10)))];
    const lines = days.flatMap((day) => ledger.statement(accountId, day).lines);
    const sumMinor = lines.reduce((sum, { direction, amountMinor }) => {
      return direction === 'credit' ? sum + amountMinor : sum - amountMinor;
    }, 0n);
    expect(ledger.bookedMinor(accountId)).toBe(sumMinor);
    const heldMinor = all.reduce((sum, id) => sum + movedBy(bank, id, accountId).heldMinor, 0n);
    expect(ledger.heldMinor(accountId)).toBe(heldMinor);
  }

  for (const id of all) {
    const { account, creditor, amountMinor, status, returnedMinor } = bank.bank.book.get(id);
    const isSettled = status === 'ACSC' || status === 'ACCC';
    const isOver = status === 'RJCT' || status === 'CANC';
    const debit = movedBy(bank, id, account.id);
    const leftMinor = isSettled ? amountMinor - returnedMinor : 0n;
    expect(debit).toMatchObject({
      bookedMinor: -leftMinor,
      heldMinor: isSettled || isOver ? 0n : amountMinor,
      debits: isSettled ? 1 : 0,
    });
    expect(debit.returnedMinor <= amountMinor).toBe(true);
    if (!creditor.account) continue;
    expect(movedBy(bank, id, creditor.account.id)).toMatchObject({ bookedMinor: leftMinor, heldMinor: 0n });
  }
}

test('whatever is done to payments, each moves its money once or never, less what came back, and nothing else moves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const there = await aBankOfTwo();
      for (const each of steps) {
        await take(there, each);
        await expectExactMoney(there);
      }
    }),
    { numRuns: 150 },
  );
});

test('whatever was drawn for payments, a bank that is opened again goes on with them as the first does', async () => {
  // Long enough that in most runs something is drawn for a payment.
  const steps = fc.array(step, { minLength: 8, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(step, steps, steps, async (first, before, after) => {
      const open = await aBankOfTwo();
      const taken = { paymentFail: 0, paymentTimeoutBefore: 0 } as const;
      await take(open, { ...first, does: 'fault', faults: { ...first.faults, ...taken } });
      for (const each of before) await take(open, each);
      const again = { ...open, bank: await aBankLike(open.bank) };
      // A closed bank forgets its faults, and not what was drawn for the payments that it had taken.
      await open.bank.ask('PUT', '/faults', {});
      for (const there of [open, again]) {
        there.bank.world.drawn = 100_000;
        for (const each of after) await take(there, each);
      }
      expect(await seenOf(again.bank)).toEqual(await seenOf(open.bank));
    }),
    { numRuns: 60 },
  );
});
