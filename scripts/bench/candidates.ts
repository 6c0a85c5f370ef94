import { randomUUID } from 'node:crypto';
import { registry } from '../../functions/registry.ts';
import {
  accountBalanceUpdated,
  accountOpened,
  accountPendingListed,
  cardCleared,
  transactionBooked,
} from '../../shared/events/bank-facts.ts';
import {
  comparisonWanted,
  driftFound,
  eventsFetched,
  statementCompared,
  statementsWanted,
} from '../../shared/events/coherence.ts';
import { accountChanged } from '../../shared/events/customers.ts';
import { messageParked } from '../../shared/events/dead-letters.ts';
import { directDebitAnnounced } from '../../shared/events/direct-debit-facts.ts';
import { idFrom } from '../../shared/events/id.ts';
import { notificationFailed, notificationRequested } from '../../shared/events/notifications.ts';
import { deliveryReceived } from '../../shared/events/partner-bank-webhooks.ts';
import { paymentStatusChanged } from '../../shared/events/payment-facts.ts';
import {
  directDebitChanged,
  paymentChanged,
  paymentReleased,
  paymentRequested,
} from '../../shared/events/payments.ts';
import { transactionRecorded } from '../../shared/events/transactions.ts';
import { directDebitIdOf } from '../../shared/store/direct-debits.ts';
import type { Call, Candidate } from './cold.ts';
import { aDelivery, aPush, aToken, type Ground } from './ground.ts';

const FRAMEWORK = 'node_modules/@google-cloud/functions-framework/build/src/main.js';
const BASELINES = 'scripts/bench/baselines';

// Cloud Run's own IAM asks for the push token, before the function is called.
const AS_ON_CLOUD_RUN = { CODE_CACHE: 'write', PUSH_TOKEN_CHECKED_BY: 'cloud-run' };

/** One that tells a collector of its work, and has told it before it answers. */
export const TELLING = ' with telemetry';

/** Each function with a real call of its kind, and what it is measured against. */
export async function candidatesOn(ground: Ground): Promise<Candidate[]> {
  const token = await ground.tokens.tokenFor('bench');
  const push = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const pushed =
    (body: () => string): Call =>
    () => ({ path: '/projects/p/topics/t', method: 'POST', headers: push, body: body() });
  const webhook: Call = () => ({ path: '/webhooks/sandbox', method: 'POST', ...aDelivery() });
  const get: Call = () => ({
    path: '/v1/accounts',
    method: 'GET',
    headers: { authorization: `Bearer ${aToken()}` },
  });
  const origin = () => ({
    bank: 'sandbox',
    accountId: 'acct_bench',
    bankEventId: randomUUID(),
    deliveryId: 'dlv_bench',
    receivedAt: new Date().toISOString(),
    role: 'books' as const,
  });
  const delivery = pushed(() => {
    const data = {
      bank: 'sandbox',
      deliveryId: `dlv_${randomUUID()}`,
      receivedAt: new Date().toISOString(),
      headers: {},
    };
    return aPush(deliveryReceived, { ...data, bodyBase64: Buffer.from(aDelivery().body).toString('base64') });
  });
  const booked = pushed(() => {
    const amount = { amountMinor: 100n, currency: 'DKK' };
    return aPush(transactionBooked, {
      ...origin(),
      transactionId: randomUUID(),
      direction: 'credit',
      amount,
    });
  });
  const opened = pushed(() => aPush(accountOpened, { ...origin(), ownerIds: ['customer'], currency: 'DKK' }));
  const parked = pushed(() => {
    const message = { dataBase64: Buffer.from(randomUUID()).toString('base64'), attributes: {} };
    return aPush(messageParked, {
      parkedId: randomUUID(),
      function: 'bench',
      reason: 'bench',
      facts: {},
      attempts: 1,
      message,
    });
  });
  const recorded = pushed(() =>
    aPush(transactionRecorded, {
      accountId: 'acct_bench',
      transactionId: `txn_${randomUUID()}`,
      status: 'booked',
      direction: 'credit',
      amountMinor: 100n,
      currency: 'DKK',
      bookedMinor: 100n,
      heldMinor: 0n,
    }),
  );
  const dkk = { amountMinor: 100n, currency: 'DKK' };
  const merchant = { name: 'Kaffebar', mcc: '5814', country: 'DK' };
  let clearingId = '';
  const cleared = pushed(() => {
    clearingId = randomUUID(); // the card knows it once match-unlinked had it
    return aPush(cardCleared, {
      ...origin(),
      ...{ cardId: 'card_bench', direction: 'debit', amount: dkk, merchant, final: true },
      clearingId,
    });
  });
  const asOf = () => new Date().toISOString();
  const updated = pushed(() => aPush(accountBalanceUpdated, { ...origin(), booked: dkk, asOf: asOf() }));
  const listed = pushed(() => aPush(accountPendingListed, { ...origin(), entries: [], asOf: asOf() }));
  const announced = pushed(() =>
    aPush(directDebitAnnounced, {
      ...origin(),
      ...{ mandateId: 'bench', collectionId: 'bench', amount: dkk, dueOn: '2026-12-01' },
      creditor: { name: 'Elnet', creditorId: 'DK00ZZZ' },
    }),
  );
  let orderKey = '';
  const order: Call = () => {
    orderKey = randomUUID();
    const creditor = { name: 'Bo', iban: 'DK5000400440116243' };
    const body = { accountId: 'acct_bench', amount: { amountMinor: '1', currency: 'DKK' }, creditor };
    return {
      ...{ path: '/v1/payments', method: 'POST', body: JSON.stringify(body) },
      headers: {
        ...{ authorization: `Bearer ${aToken()}`, 'content-type': 'application/json' },
        'idempotency-key': orderKey,
      },
    };
  };
  // There once it was ordered; the bank of a bench answers nothing, so it stays unknown.
  const aPayment = () => ({ paymentId: idFrom('pay', 'customer', orderKey), accountId: 'acct_bench' });
  const tick = () => ({ path: '/', method: 'POST', headers: push });
  const operator = () => ({ authorization: `Bearer ${aToken({ role: 'operator' })}` });
  const assignment = () => ({
    ...{
      bank: 'sandbox',
      accountId: 'acct_bench',
      cardId: 'card_bench',
      authorisationId: null,
      why: 'bench',
    },
    entry: { kind: 'clearing', id: clearingId },
  });
  const frozen = pushed(() =>
    aPush(accountChanged, { accountId: 'acct_bench', status: 'frozen', opened: true }),
  );
  const aPhone = () => ({
    customerId: 'customer',
    notificationId: `ntf_${randomUUID()}`,
    deviceId: 'phone',
    registeredAt: new Date().toISOString(),
  });
  const finding = {
    ...({ cause: 'missing-fact', entry: 'booking:bench', amountMinor: 100n, currency: 'DKK' } as const),
    evidence: {},
  };
  const day = { bank: 'sandbox', accountId: 'acct_bench', date: '2026-11-23', currency: 'DKK' };
  const figures = { openingMinor: 0n, closingMinor: 0n, matches: [], found: [] };
  const calls: Record<string, Call> = {
    'receive-bank-webhook': webhook,
    'archive-delivery': delivery,
    'translate-delivery': delivery,
    'record-transaction': booked,
    'track-account': opened,
    'serve-accounts': get,
    'compose-notification': recorded,
    'compose-security-alert': frozen,
    'send-push': pushed(() => aPush(notificationRequested, aPhone())),
    'forget-device': pushed(() => aPush(notificationFailed, { ...aPhone(), reason: 'unregistered' })),
    'serve-notifications': () => ({ ...get(), path: '/v1/notifications' }),
    // Its other calls load a library of their own, which nobody who looks at a list waits for.
    'serve-passkeys': () => ({ ...get(), path: '/v1/passkeys' }),
    'park-dead-letter': parked,
    'republish-unpublished': tick,
    'expire-holds': tick,
    'match-unlinked': cleared,
    'tally-spending': cleared,
    'track-balance': updated,
    'track-pending': listed,
    'redrive-waiting': frozen,
    'fetch-missed-events': tick,
    'reconcile-accounts': tick,
    'track-bank': pushed(() =>
      aPush(eventsFetched, { bank: 'sandbox', fetchedUntil: asOf(), fetchedAt: asOf() }),
    ),
    'fetch-balances': pushed(() =>
      aPush(comparisonWanted, { bank: 'sandbox', accountIds: ['acct_bench'], isRecheck: false }),
    ),
    'fetch-statements': pushed(() =>
      aPush(statementsWanted, { bank: 'sandbox', accountIds: ['acct_bench'], date: day.date }),
    ),
    'track-drift': pushed(() =>
      aPush(driftFound, { bank: 'sandbox', accountId: 'acct_bench', foundAt: asOf(), finding }),
    ),
    'track-statement': pushed(() => aPush(statementCompared, { ...day, ...figures, comparedAt: asOf() })),
    'order-payment': order,
    'release-payment': pushed(() => aPush(paymentRequested, aPayment())),
    'submit-payment': pushed(() => aPush(paymentReleased, aPayment())),
    'track-payment': pushed(() =>
      aPush(paymentStatusChanged, { ...origin(), ...aPayment(), isoStatus: 'ACSC' }),
    ),
    'resolve-unknown-payments': tick,
    'compose-payment-notice': pushed(() =>
      aPush(paymentChanged, { ...aPayment(), customerId: 'customer', state: 'rejected', reason: 'AC04' }),
    ),
    'serve-standing-orders': () => ({ ...get(), path: '/v1/standing-orders?accountId=acct_bench' }),
    'run-standing-orders': tick,
    'track-direct-debit': announced,
    'compose-direct-debit-alert': pushed(() =>
      aPush(directDebitChanged, {
        ...{ accountId: 'acct_bench', state: 'announced' },
        directDebitId: directDebitIdOf('sandbox', 'bench'), // there once track-direct-debit had it
      }),
    ),
    'serve-direct-debits': () => ({ ...get(), path: '/v1/accounts/acct_bench/direct-debits' }),
    'serve-parked': () => ({ path: '/v1/operators/parked', method: 'GET', headers: operator() }),
    'assign-entry': () => ({
      ...{ path: '/v1/operators/assignments', method: 'POST', body: JSON.stringify(assignment()) },
      headers: { 'content-type': 'application/json', ...operator() },
    }),
  };
  const framework = (name: string, target: string, call: Call, signature = 'http'): Candidate => ({
    name,
    command: [
      process.execPath,
      FRAMEWORK,
      `--target=${target}`,
      `--source=${BASELINES}/${name.replaceAll(' ', '-')}.cjs`,
      `--signature-type=${signature}`,
    ],
    call,
  });
  const plain: Call = () => ({ path: '/', method: 'GET', headers: {} });
  return [
    { name: 'plain Node', command: [process.execPath, `${BASELINES}/plain.cjs`], call: plain },
    { ...framework('empty', 'empty', plain), name: 'empty framework function' },
    framework('textbook webhook', 'webhook', webhook),
    framework('textbook record', 'record', booked, 'cloudevent'),
    framework('textbook serve', 'serve', get),
    ...registry.flatMap(({ fn }): Candidate[] => {
      const call = calls[fn.name];
      if (!call) throw new Error(`cold-start has no call for ${fn.name}`);
      const command = [process.execPath, `dist/${fn.name}/start.cjs`] as const;
      return [
        { name: fn.name, command, call, env: AS_ON_CLOUD_RUN },
        { name: fn.name + TELLING, command, call, env: { ...AS_ON_CLOUD_RUN, ...ground.telling } },
      ];
    }),
  ];
}

/** The textbook function that does what this one does. */
export function textbookOf(name: string): string {
  if (name === 'serve-accounts' || name === 'textbook serve') return 'textbook serve';
  return name === 'receive-bank-webhook' || name === 'textbook webhook'
    ? 'textbook webhook'
    : 'textbook record';
}
