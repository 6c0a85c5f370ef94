import { describe, expect, test } from 'vitest';
import { aBank, anAccount, type TestBank } from './testing.ts';

interface Line {
  lineId: string;
  direction: string;
  amount: { amountMinor: string; currency: string };
  bookingDate: string;
  transactionId?: string;
  clearingId?: string;
  endToEndId?: string;
}
interface Statement {
  openingMinor: string;
  closingMinor: string;
  lines: Line[];
}

/** An account of four lines: three transfers of 1.00, 2.00 and 3.00, and a purchase of 2,000.00. */
async function aDay() {
  const bank = await aBank();
  const id = await anAccount(bank);
  for (const amountMinor of ['100', '200', '300'])
    await bank.post(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor, endToEndId: 'E2E-1' });
  await bank.post(`/accounts/${id}/purchases`, { amountMinor: '200000' });
  return { bank, path: `/accounts/${id}/statements/2026-02-28` };
}

async function withFaults(bank: TestBank, path: string, faults: object): Promise<Statement> {
  await bank.ask('PUT', '/faults', faults);
  return (await bank.get(path)) as unknown as Statement;
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

describe('a statement that is wrong', () => {
  test.each(['line-more', 'line-less', 'other-amount'])(
    'by %s has opening and closing as in the books',
    async (statement) => {
      const { bank, path } = await aDay();
      const wrong = await withFaults(bank, path, { statement });
      const right = await withFaults(bank, path, {});
      expect(wrong).toMatchObject({ openingMinor: '0', closingMinor: '-199400' });
      expect(wrong).toEqual({ ...right, lines: wrong.lines });
      expect(wrong.lines).not.toEqual(right.lines);
      expect(await bank.get('/_sandbox/faults')).toMatchObject({ wrongStatements: 1 });
    },
  );

  test('lacks one line, which the seed chooses', async () => {
    const { bank, path } = await aDay();
    const right = await withFaults(bank, path, {});
    const missing = [];
    for (const seed of seeds) {
      const { lines } = await withFaults(bank, path, { seed, statement: 'line-less' });
      expect(lines).toHaveLength(3);
      const lacks = right.lines.filter(({ lineId }) => lines.every((line) => line.lineId !== lineId));
      expect(lacks).toHaveLength(1);
      missing.push(lacks[0]?.lineId);
    }
    expect(new Set(missing).size).toBe(4);
  });

  test('has one line more, under ids that nobody was told', async () => {
    const { bank, path } = await aDay();
    const right = await withFaults(bank, path, {});
    for (const seed of seeds) {
      const { lines } = await withFaults(bank, path, { seed, statement: 'line-more' });
      const more = lines.filter(({ lineId }) => right.lines.every((line) => line.lineId !== lineId));
      expect(lines.filter((line) => !more.includes(line))).toEqual(right.lines);
      expect(more).toHaveLength(1);
      const like = right.lines.find(({ lineId }) => `${lineId}_more` === more[0]?.lineId);
      const { amount, direction, endToEndId, bookingDate } = like ?? {};
      expect(more[0]).toMatchObject({ amount, direction, bookingDate, ...(endToEndId && { endToEndId }) });
      const reference = more[0]?.transactionId ?? more[0]?.clearingId;
      expect(reference).toBe(`${like?.transactionId ?? like?.clearingId}_more`);
    }
  });

  test('has another amount on one line, which is an amount still', async () => {
    const { bank, path } = await aDay();
    const right = await withFaults(bank, path, {});
    for (const seed of seeds) {
      const { lines } = await withFaults(bank, path, { seed, statement: 'other-amount' });
      const others = lines.filter(
        (line, at) => line.amount.amountMinor !== right.lines[at]?.amount.amountMinor,
      );
      expect(others).toHaveLength(1);
      expect(others[0]?.amount.amountMinor).toMatch(/^[1-9]\d*$/);
      const put = lines.map((line, at) => ({ ...line, amount: right.lines[at]?.amount }));
      expect(put).toEqual(right.lines);
    }
  });

  test('is wrong in the same way each time it is asked for, until the faults are set anew', async () => {
    const { bank, path } = await aDay();
    const first = await withFaults(bank, path, { seed: 1, statement: 'line-less' });
    for (let n = 0; n < 5; n += 1) expect(await bank.get(path)).toEqual(first);
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ wrongStatements: 6 });
    expect(await withFaults(bank, path, { seed: 1, statement: 'line-less' })).toEqual(first);
  });

  test('is right all the same on a day without lines', async () => {
    const { bank, path } = await aDay();
    const empty = path.replace('2026-02-28', '2026-02-27');
    expect(await withFaults(bank, empty, { statement: 'line-more' })).toMatchObject({ lines: [] });
    expect(await bank.get('/_sandbox/faults')).toMatchObject({ wrongStatements: 0 });
  });
});

test('two equal transfers are two lines, told apart by their ids alone', async () => {
  const bank = await aBank();
  const id = await anAccount(bank);
  for (const _ of [1, 2])
    await bank.post(`/accounts/${id}/transfers`, { direction: 'debit', amountMinor: '4500' });
  const { lines } = (await bank.get(`/accounts/${id}/statements/2026-02-28`)) as unknown as Statement;
  const [first, second] = lines.map(({ lineId, transactionId, ...same }) => same);
  expect(lines).toHaveLength(2);
  expect(first).toEqual(second);
  expect(new Set(lines.map(({ transactionId }) => transactionId)).size).toBe(2);
});
