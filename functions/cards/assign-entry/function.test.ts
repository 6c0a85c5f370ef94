import { describe, expect, test } from 'vitest';
import { balanceFrom } from '../../../shared/store/balances.ts';
import { aFact, aRequest } from '../../../shared/testing/builders.ts';
import { aWorld, balancesIn } from '../../../shared/testing/world.ts';
import recordTransaction from '../../ledger/record-transaction/function.ts';
import matchUnlinked from '../match-unlinked/function.ts';
import assignEntry from './function.ts';

const word = {
  bank: 'sandbox',
  accountId: 'acct-1',
  cardId: 'card-1',
  entry: { kind: 'clearing', id: 'clr-1' },
  authorisationId: 'auth-1',
  why: 'The merchant confirmed it by telephone.',
};

/** A hold of 120.00 and a final clearing of 100.00 that names none, and what an operator says of them. */
async function assigned(...words: readonly unknown[]) {
  const world = aWorld({ functions: [assignEntry, recordTransaction, matchUnlinked] });
  await world.deliver(
    'bank-facts',
    aFact('card.authorisation-created', { authorisationId: 'auth-1', amountMinor: 12_000n }),
    aFact('card.cleared', { clearingId: 'clr-1', amountMinor: 10_000n, final: true }),
  );
  const answers = [];
  for (const each of words) {
    const rawBody = Buffer.from(typeof each === 'string' ? each : JSON.stringify(each));
    answers.push(
      await world.ask(assignEntry, aRequest('POST', '/v1/operators/assignments', 'op-eve', { rawBody })),
    );
  }
  const { booked, held } = balanceFrom(balancesIn(world.documents()), 'DKK');
  const audit = Object.entries(world.state()).flatMap(([path, fields]) =>
    path.startsWith('audit/') ? [fields] : [],
  );
  return { world, figures: { booked, held }, answers, audit };
}

describe('an operator who says what a clearing belongs to', () => {
  test('releases its hold, and books nothing', async () => {
    expect((await assigned()).figures).toEqual({ booked: -10_000n, held: 12_000n });
    const { figures, answers } = await assigned(word);
    expect(figures).toEqual({ booked: -10_000n, held: 0n });
    expect(answers).toMatchObject([{ status: 202, body: { id: expect.stringMatching(/^fact_/) } }]);
  });

  test('is remembered, with when and why', async () => {
    expect((await assigned(word)).audit).toMatchObject([
      { by: 'op-eve', action: 'assign', accountId: 'acct-1', why: word.why, at: '2026-11-23T10:00:00.000Z' },
    ]);
  });

  test('may take it back: it belongs to none', async () => {
    // Both words are of one instant here, so that the later one is chosen by its id: one of the two is true.
    const { audit } = await assigned(word, { ...word, authorisationId: null });
    expect(audit).toHaveLength(2);
  });

  test.each([
    ['no JSON', '{', 400, 'body.not-json', undefined],
    ['nothing', {}, 422, 'body.invalid', 'bank: '],
    ['an unknown bank', { ...word, bank: 'other' }, 422, 'body.invalid', 'bank: a bank that is known'],
    ['no reason', { ...word, why: ' ' }, 422, 'body.invalid', 'why: '],
    ['a refund', { ...word, entry: { kind: 'refund', id: 'r' } }, 422, 'body.invalid', 'entry.kind: '],
    ['another field', { ...word, amount: 1 }, 422, 'body.invalid', 'The body: a field that is not known'],
  ])('is told what is wrong with %s, and nothing changes', async (_, said, status, code, where) => {
    const { answers, figures, audit } = await assigned(said);
    expect(answers).toMatchObject([{ status, body: { code } }]);
    if (where) expect(answers[0]?.body).toMatchObject({ detail: expect.stringContaining(where) });
    expect(figures.held).toBe(12_000n);
    expect(audit).toEqual([]);
  });

  test.each([
    ['an entry', { ...word, entry: { kind: 'clearing', id: 'clr-9' } }, 'entry.not-found'],
    ['a card', { ...word, cardId: 'card-9' }, 'entry.not-found'],
    ['an authorisation', { ...word, authorisationId: 'auth-9' }, 'authorisation.not-found'],
  ])('is told of %s that nobody knows', async (_, said, code) => {
    const { answers, audit } = await assigned(said);
    expect(answers).toMatchObject([{ status: 404, body: { code } }]);
    expect(audit).toEqual([]);
  });

  test('cannot send half a character, which no store takes', async () => {
    const { answers } = await assigned(JSON.stringify(word).replace('telephone', '\\ud83d'));
    expect(answers).toMatchObject([{ status: 400, body: { code: 'body.not-json' } }]);
  });

  test('has the role: a customer is refused', async () => {
    const { world } = await assigned();
    const rawBody = Buffer.from(JSON.stringify(word));
    const request = aRequest('POST', '/v1/operators/assignments', 'uid-ann', { rawBody });
    expect((await world.ask(assignEntry, request)).status).toBe(403);
  });
});
