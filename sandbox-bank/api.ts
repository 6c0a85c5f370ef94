import { Hono } from 'hono';
import type * as z from 'zod';
import type { Account } from './accounts.ts';
import type { Bank } from './bank.ts';
import { atMost, body } from './bodies.ts';
import { addControls } from './controls.ts';
import type { Deliveries } from './deliveries.ts';
import { addDirectDebits } from './direct-debits-api.ts';
import type { Entry } from './journal.ts';
import { decimalsOf } from './money.ts';
import * as payments from './payment-requests.ts';
import { addPayments } from './payments-api.ts';
import { checked, notFound, Problem } from './problem.ts';
import * as requests from './requests.ts';
import { ConnectionCut, cut } from './unanswered.ts';

/** The bank's HTTP API. Answers carry what was made, amounts as digits; errors are RFC 9457 problem details. */
export function createApi(options: {
  bank: Bank;
  deliveries: Pick<Deliveries, 'faults' | 'pending' | 'met'>;
}): Hono {
  const { bank } = options;
  const { accounts, list, statements, balances, pendingLists, cards, clearings, transfers } = bank;
  const { moves, returns, recalls } = bank;
  const api = new Hono();

  // A full list of what is pending is the one request that is rightly long.
  const [usual, long] = [atMost(64), atMost(512)];
  api.use((c, next) => (c.req.path.endsWith('/pending-lists') ? long : usual)(c, next));
  api.post('*', async (c, next) => {
    const request = {
      path: c.req.path,
      body: await c.req.text(),
      idempotencyKey: c.req.header('idempotency-key'),
    };
    return bank.journal.record(request, next);
  });
  api.notFound(() => notFound('route').toResponse());
  api.onError((error, c) => {
    if (error instanceof ConnectionCut) return cut(c, error);
    if (error instanceof Problem) return error.toResponse();
    console.error(error);
    return new Problem(500, 'internal-error', 'The bank failed; its log says why.').toResponse();
  });

  api.post('/accounts', async (c) => {
    const account = accounts.open(await body(c, requests.openAccount));
    return c.json(accountAnswer(bank, account), 201);
  });
  api.get('/accounts/:id', (c) => {
    const account = accounts.get(c.req.param('id'));
    return c.json(accountAnswer(bank, account, bank.slips.offMinor()));
  });
  for (const [verb, type] of changes) {
    api.post(`/accounts/:id/${verb}`, async (c) => {
      const { reason } = await body(c, requests.changeAccount);
      return c.json(accountAnswer(bank, accounts.change(c.req.param('id'), type, reason)));
    });
  }
  api.get('/accounts/:id/events', (c) => {
    const page = checked(requests.eventsPage, c.req.query(), badQuery);
    return c.json(asOfNow(accounts.events(c.req.param('id'), page)));
  });
  api.get('/accounts/:id/statements/:date', (c) => {
    const { date } = checked(requests.statementDate, c.req.param(), badQuery);
    return c.json(statements.get(c.req.param('id'), date));
  });
  api.get('/events', (c) => {
    const page = checked(requests.eventsPage, c.req.query(), badQuery);
    return c.json(asOfNow(list.all(page)));
  });

  making('/accounts/:id/balance-updates', requests.nothing, balances.tell);
  making('/accounts/:id/pending-lists', requests.pendingList, pendingLists.replace);
  making('/accounts/:id/purchases', requests.purchase, cards.purchase);
  making('/accounts/:id/authorisations', requests.authorise, cards.authorise);
  making('/accounts/:id/clearings', requests.clearingAlone, clearings.makeAlone);
  making('/accounts/:id/refunds', requests.refund, clearings.refund);
  making('/authorisations/:id/increments', requests.increment, cards.increment);
  making('/authorisations/:id/reversals', requests.reversal, cards.reverse);
  making('/authorisations/:id/clearings', requests.clearing, cards.clear);
  making('/authorisations/:id/expiry', requests.expiry, cards.expire);
  making('/accounts/:id/transfers', requests.transfer, transfers.make);
  const { ofItself } = transfers;
  making('/transactions/:id/booking', requests.nothing, (id) => transfers.book(ofItself(id)));
  making('/transactions/:id/cancellation', requests.nothing, (id) => transfers.cancel(ofItself(id)));
  making('/transactions/:id/reversal', requests.nothing, returns.reverse);
  making('/transactions/:id/correction', requests.correction, (id, right) =>
    transfers.correct(ofItself(id), right),
  );
  making('/payments/:id/status', payments.paymentStatus, moves.move);
  making('/payments/:id/cancellation', requests.nothing, moves.cancel);
  making('/payments/:id/return', payments.paymentReturn, returns.make);
  making('/payments/:id/recall-decision', payments.recallDecision, recalls.decide);
  addPayments(api, bank);

  api.get('/currencies', (c) => c.json({ decimals: decimalsOf }));
  addDirectDebits(api, bank);
  addControls(api, options);
  return api;

  /** A reader asks for what is settled by the bank's clock, and not by their own. */
  function asOfNow<Page extends object>(page: Page) {
    return { ...page, asOf: bank.now().toISOString() };
  }

  function making<S extends z.ZodType>(
    path: string,
    schema: S,
    make: (id: string, request: z.output<S>) => object,
  ) {
    api.post(path, async (c) => c.json(make(c.req.param('id') ?? '', await body(c, schema)), 201));
  }
}

/** Does again what an earlier bank's journal holds, by the way it came. Nobody else may ask the bank meanwhile. */
export function reopen(options: { bank: Bank; api: Hono; entries: readonly Entry[] }): Promise<void> {
  const { bank, api, entries } = options;
  return bank.journal.replay(entries, ({ request, aheadSeconds }) => {
    if (aheadSeconds !== undefined) return bank.moveClock(aheadSeconds);
    if (!request) return bank.doDue();
    const { path, body, idempotencyKey: key } = request;
    return api.request(path, { method: 'POST', body, ...(key && { headers: { 'idempotency-key': key } }) });
  });
}

const changes = [
  ['freeze', 'account.frozen'],
  ['unfreeze', 'account.unfrozen'],
  ['close', 'account.closed'],
] as const;
const badQuery = { status: 400, code: 'invalid-query' };

/** `offMinor` is by how much the figures are wrong. */
function accountAnswer(bank: Bank, account: Account, offMinor = 0n) {
  const { id: accountId, cardId, ownerRefs, currency, iban, holderName, status, resourceVersion } = account;
  const [booked, held] = [bank.ledger.bookedMinor(accountId) + offMinor, bank.ledger.heldMinor(accountId)];
  const figures = { bookedMinor: `${booked}`, heldMinor: `${held}`, availableMinor: `${booked - held}` };
  const asOf = bank.now().toISOString();
  const said = { accountId, cardId, ownerRefs, currency, iban, holderName, status, resourceVersion };
  return { ...said, ...figures, asOf };
}
