import { afterEach, describe, expect, test, vi } from 'vitest';
import { idFrom } from '../../shared/events/id.ts';
import { paymentPath } from '../../shared/store/payments.ts';
import { aPayingCustomer, BO } from './payments.ts';

afterEach(() => void vi.unstubAllGlobals());

const SEEDS = Number(process.env.COUNTERFOIL_TEST_SEEDS ?? 5);

describe('a payment', () => {
  test('is reserved when it is ordered, and booked when the bank says so: it counts once all the way', async () => {
    const { pay, figures, hears, seen, atBank } = await aPayingCustomer();
    const { status, id } = await pay('3200');
    expect(status).toBe(202);
    expect(await figures()).toEqual({ booked: '10000', held: '0', reserved: '3200', available: '6800' });
    await hears();
    expect(await figures()).toEqual({ booked: '6800', held: '0', reserved: '0', available: '6800' });
    expect((await seen(id)).state).toBe('sent');
    expect(atBank(id)).toHaveLength(1);
  });

  test('that the bank carries out late is held meanwhile, and counts once', async () => {
    const { pay, figures, later, seen } = await aPayingCustomer({
      faults: { paymentLate: 1, paymentLateMs: 60_000 },
    });
    const { id } = await pay('3200');
    await later();
    expect(await figures()).toEqual({ booked: '10000', held: '3200', reserved: '0', available: '6800' });
    expect((await seen(id)).state).toBe('submitted');
    await later({ minutes: 2 });
    expect(await figures()).toEqual({ booked: '6800', held: '0', reserved: '0', available: '6800' });
    expect((await seen(id)).history.map(({ state }) => state)).toEqual([
      'requested',
      'submitting',
      'submitted',
      'pending',
      'settling',
      'sent',
    ]);
  });

  test('that is rejected gives its money back, and its share of the limits', async () => {
    const { pay, figures, later, seen } = await aPayingCustomer({
      faults: { paymentReject: 1, paymentLateMs: 60_000 },
      options: { config: { PAYMENT_LIMITS: LIMITS } },
    });
    const { id } = await pay('3200');
    await later({ minutes: 2 });
    const { state, reason } = await seen(id);
    expect(state).toBe('rejected');
    expect(reason).toMatch(/^[A-Z]{2}[0-9]{2}$/);
    expect(await figures()).toEqual({ booked: '10000', held: '0', reserved: '0', available: '10000' });
    // A day's limit of 60.00 takes two of 32.00 only because the first never happened.
    expect((await pay('3200')).status).toBe(202);
  });
});

const LIMITS = JSON.stringify({ DKK: { paymentMinor: '5000', dayMinor: '6000', customerDayMinor: '9000' } });

describe('two orders at once', () => {
  test('of 80 on a balance of 100: one is taken and one refused, whatever the order of their commits', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { pay, figures, mirror } = await aPayingCustomer({
        options: { seed, weather: { concurrency: 4 } },
      });
      const answers = await Promise.all([pay('8000'), pay('8000')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 422]);
      expect(answers.find(({ status }) => status === 422)?.code).toBe('payment.insufficient-funds');
      await mirror.deliver(...mirror.told());
      expect((await figures()).booked).toBe('2000');
    }
  });
});

describe('an Idempotency-Key', () => {
  test('with another amount is refused, and nothing more is paid', async () => {
    const { pay, hears, figures } = await aPayingCustomer();
    await pay('1000', { key: 'k' });
    expect(await pay('2000', { key: 'k' })).toMatchObject({ status: 422, code: 'idempotency-key.reused' });
    await hears();
    expect((await figures()).booked).toBe('9000');
  });

  test('with another account is refused, and nothing is paid from that', async () => {
    const { pay, anAccount, hears, figures } = await aPayingCustomer();
    const other = await anAccount('uid-ann', '5000');
    await pay('1000', { key: 'k' });
    expect(await pay('1000', { key: 'k', accountId: other })).toMatchObject({
      status: 422,
      code: 'idempotency-key.reused',
    });
    await hears();
    expect((await figures(other)).booked).toBe('5000');
  });

  test('is free after a refusal that may pass: once there is money the same order is taken', async () => {
    const { pay, mirror, accountId, hears } = await aPayingCustomer();
    expect(await pay('15000', { key: 'k' })).toMatchObject({
      status: 422,
      code: 'payment.insufficient-funds',
    });
    await mirror.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '6000' });
    await hears();
    const first = await pay('15000', { key: 'k' });
    expect(first.status).toBe(202);
    expect(await pay('15000', { key: 'k' })).toEqual(first);
  });

  test('sent twice at once pays once', async () => {
    const { pay, hears, figures } = await aPayingCustomer();
    const [one, two] = await Promise.all([pay('1000', { key: 'k' }), pay('1000', { key: 'k' })]);
    const statuses = [one?.status, two?.status];
    expect(statuses).toContain(202);
    // Of the same instance, or answered the same by another.
    expect(statuses.every((status) => status === 202 || status === 409)).toBe(true);
    await hears();
    expect((await figures()).booked).toBe('9000');
  });
});

describe('what nobody can know', () => {
  test('an answer that was lost after the bank took the payment is unknown, and then what the bank says', async () => {
    const { pay, seen, mirror, later, atBank, figures } = await aPayingCustomer({
      faults: { paymentTimeoutAfter: 1 },
    });
    const { id } = await pay('3200');
    expect((await seen(id)).state).toBe('unknown');
    expect((await figures()).available).toBe('6800');
    mirror.told(); // the webhooks are lost as well
    await later({ minutes: 2, tells: false });
    await mirror.tick('resolve-unknown-payments');
    expect((await seen(id)).state).toBe('sent');
    expect(atBank(id)).toHaveLength(1);
  });

  test('a call that the bank never had is made once more under its key, and pays once', async () => {
    const { pay, seen, mirror, later, atBank, hears, figures } = await aPayingCustomer({
      faults: { paymentTimeoutBefore: 1 },
    });
    const { id } = await pay('3200');
    expect((await seen(id)).state).toBe('unknown');
    mirror.goesWrong({});
    for (let tick = 0; tick < 3; tick += 1) {
      await later({ minutes: 2 });
      await mirror.tick('resolve-unknown-payments');
    }
    await hears();
    expect((await seen(id)).state).toBe('sent');
    expect(atBank(id)).toHaveLength(1);
    expect((await figures()).booked).toBe('6800');
  });

  test('a bank that does not answer inquiries either leaves it unknown, and is asked again', async () => {
    const { pay, seen, mirror, later } = await aPayingCustomer({
      faults: { paymentTimeoutAfter: 1, inquiryFail: 1 },
    });
    const { id } = await pay('3200');
    mirror.told();
    await later({ minutes: 2, tells: false });
    await mirror.tick('resolve-unknown-payments');
    expect((await seen(id)).state).toBe('unknown');
    mirror.goesWrong({});
    await later({ minutes: 2, tells: false });
    await mirror.tick('resolve-unknown-payments');
    expect((await seen(id)).state).toBe('sent');
  });

  test('what the bank never had is rejected once its key is forgotten, and its money is free', async () => {
    const { pay, seen, mirror, later, atBank, figures } = await aPayingCustomer({
      faults: { paymentTimeoutBefore: 1 },
    });
    const { id } = await pay('3200');
    // All day, and until an hour past the key's day, nobody may say that it was not received.
    await later({ minutes: 24 * 60 + 30 });
    await mirror.tick('resolve-unknown-payments');
    expect((await seen(id)).state).toBe('unknown');
    await later({ minutes: 60 });
    await mirror.tick('resolve-unknown-payments');
    const { state, reason } = await seen(id);
    expect({ state, reason }).toEqual({ state: 'rejected', reason: 'not-received' });
    expect(atBank(id)).toEqual([]);
    expect((await figures()).available).toBe('10000');
  });

  test('a redrive three weeks later asks, and never pays again', async () => {
    const { pay, seen, mirror, later, atBank } = await aPayingCustomer({
      faults: { paymentTimeoutAfter: 1 },
    });
    const { id } = await pay('3200');
    const released = mirror.world.published.find(({ event }) => event.type === 'payment.released');
    mirror.told();
    mirror.goesWrong({});
    await later({ minutes: 21 * 24 * 60, tells: false });
    if (!released) throw new Error('nothing was released');
    // Under another id, so that no inbox knows it: as a redrive whose entry has long expired.
    const event = { ...released.event, id: 'evt_weeks-later' };
    await mirror.world.deliver('payments', {
      ...released.message,
      data: Buffer.from(JSON.stringify(event)),
    });
    expect(atBank(id)).toHaveLength(1);
    await mirror.tick('resolve-unknown-payments');
    expect((await seen(id)).state).toBe('sent');
    expect(atBank(id)).toHaveLength(1);
  });

  test('a bank that fails before it takes anything is asked as if it had, and paid once', async () => {
    const { pay, seen, mirror, later, atBank } = await aPayingCustomer({ faults: { paymentFail: 1 } });
    const { id } = await pay('3200');
    expect((await seen(id)).state).toBe('unknown');
    mirror.goesWrong({});
    await later({ minutes: 2 });
    await mirror.tick('resolve-unknown-payments');
    await later({ minutes: 2 });
    expect((await seen(id)).state).toBe('sent');
    expect(atBank(id)).toHaveLength(1);
  });
});

test('what the bank refuses at once was never taken: it is rejected with the bank’s word, and its money is free', async () => {
  const { pay, seen, mirror, accountId, figures, atBank } = await aPayingCustomer();
  await mirror.ask(`/accounts/${accountId}/authorisations`, { amountMinor: '9000' });
  mirror.told(); // and nobody here has heard of that purchase yet
  const { id } = await pay('3200');
  const { state, reason } = await seen(id);
  expect({ state, reason }).toEqual({ state: 'rejected', reason: 'insufficient-funds' });
  expect(atBank(id)).toEqual([]);
  expect((await figures()).reserved).toBe('0');
});

describe('a crash', () => {
  test.each([
    ['crashBefore', 0.2],
    ['crashAfter', 0.2],
    ['lostAnswer', 0.2],
  ] as const)(
    '%s, anywhere between persist, call and record, loses nothing and pays once',
    async (fault, share) => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const options = { seed, faults: { [fault]: share }, weather: { attemptsMax: 1000, redelivers: 0.2 } };
        const { mirror, accountId } = await aPayingCustomer({ bookedMinor: '0', options });
        await mirror.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '10000' });
        await mirror.deliver(...mirror.told());
        const body = { accountId, amount: { amountMinor: '3200', currency: 'DKK' }, creditor: BO };
        // As an app does: again with the same key until it is answered.
        const answer = await untilAnswered(() =>
          mirror.request('uid-ann', 'POST /v1/payments', { body, key: 'k' }),
        );
        const { id } = answer.body as { id: string };
        for (let tick = 0; tick < 6; tick += 1) {
          mirror.passes(2);
          await mirror.deliver(...mirror.told());
          for (const name of ['republish-unpublished', 'resolve-unknown-payments', 'fetch-missed-events'])
            await mirror.tick(name).catch(() => {});
        }
        expect(mirror.bank.book.ofReference(id), `seed ${seed}`).toHaveLength(1);
        expect(mirror.atBank(accountId)).toBe(6_800n);
        expect(await mirror.booked(accountId), `seed ${seed}`).toBe(6_800n);
      }
    },
  );
});

async function untilThere(
  { world }: Awaited<ReturnType<typeof aPayingCustomer>>['mirror'],
  paymentId: string,
): Promise<void> {
  while (!world.documents().has(paymentPath(paymentId))) await Promise.resolve();
}

async function untilAnswered(ask: () => Promise<{ status: number; body?: unknown }>) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer?.status === 202) return answer;
  }
  throw new Error('never answered');
}

describe('a cancel', () => {
  test('that comes before the payment is released wins, and nothing is paid', async () => {
    const { pay, act, seen, hears, figures, atBank } = await aPayingCustomer();
    const { id, state } = await pay('3200', { requestedExecutionDate: '2026-12-01' });
    expect(state).toBe('scheduled');
    expect((await act(id, 'cancellation')).state).toBe('cancelled');
    expect((await act(id, 'cancellation')).state).toBe('cancelled');
    await hears();
    expect((await seen(id)).state).toBe('cancelled');
    expect(atBank(id)).toEqual([]);
    expect((await figures()).available).toBe('10000');
  });

  test('at the very time of the release either wins or is told that it came too late: never both', async () => {
    const ends = new Set<string>();
    for (let seed = 1; seed <= 4 * SEEDS; seed += 1) {
      const options = { seed, weather: { concurrency: 4, reorders: true } };
      const { mirror, accountId, seen, hears, atBank, figures } = await aPayingCustomer({ options });
      const id = idFrom('pay', 'uid-ann', 'k');
      const body = { accountId, amount: { amountMinor: '3200', currency: 'DKK' }, creditor: BO };
      const [, cancelled] = await Promise.all([
        mirror.request('uid-ann', 'POST /v1/payments', { body, key: 'k' }),
        // As soon as it is there, and whatever is being done with it.
        untilThere(mirror, id).then(() =>
          mirror.request('uid-ann', `POST /v1/payments/${id}/cancellation`, { body: {}, key: 'c' }),
        ),
      ]);
      await hears();
      const { state } = await seen(id);
      ends.add(`${cancelled?.status} ${state} ${atBank(id).length} ${(await figures()).available}`);
    }
    for (const end of ends) expect(['200 cancelled 0 10000', '409 sent 1 6800']).toContain(end);
    expect(ends.size).toBe(2);
  });

  test('that comes later is told so', async () => {
    const { pay, act, seen } = await aPayingCustomer();
    const { id } = await pay('3200');
    expect(await act(id, 'cancellation')).toMatchObject({ status: 409, code: 'payment.submitted' });
    expect((await seen(id)).state).not.toBe('cancelled');
  });
});

describe('after it was sent', () => {
  test('a payment can be returned, days later and less charges: its money is there again', async () => {
    const { pay, seen, mirror, later, figures, atBank } = await aPayingCustomer();
    const { id } = await pay('3200');
    await later();
    await later({ minutes: 3 * 24 * 60 });
    const [{ paymentId = '' } = {}] = atBank(id);
    await mirror.ask(`/payments/${paymentId}/return`, { reason: 'AC04', amountMinor: '3000' });
    await later();
    expect(await seen(id)).toMatchObject({ state: 'returned', reason: 'AC04', returnedMinor: '3000' });
    expect((await figures()).booked).toBe('9800');
  });

  test('a confirmation that comes twice changes nothing', async () => {
    const { pay, seen, mirror, figures } = await aPayingCustomer();
    const { id } = await pay('3200');
    const told = mirror.told();
    await mirror.deliver(...told);
    await mirror.deliver(...[...told].reverse());
    await mirror.deliver(...told.map((event) => ({ ...event, id: `${event.id}_again` })));
    expect((await seen(id)).state).toBe('sent');
    expect((await figures()).booked).toBe('6800');
  });

  test.each([
    [true, 'accepted', 'returned', '10000'],
    [false, 'rejected', 'sent', '6800'],
  ] as const)('a recall that the other bank decides: %s', async (accepted, recall, state, booked) => {
    const { pay, act, seen, mirror, later, figures, atBank } = await aPayingCustomer();
    const { id } = await pay('3200');
    await later();
    expect((await act(id, 'recall', { reason: 'fraud' })).status).toBe(202);
    await later();
    expect((await seen(id)).recall).toBe('requested');
    const [{ paymentId = '' } = {}] = atBank(id);
    await mirror.ask(`/payments/${paymentId}/recall-decision`, { accepted });
    await later({ minutes: 1 });
    expect(await seen(id)).toMatchObject({ recall, state });
    expect((await figures()).booked).toBe(booked);
  });

  test('what was not sent cannot be recalled', async () => {
    const { pay, act } = await aPayingCustomer({ faults: { paymentLate: 1, paymentLateMs: 60_000 } });
    const { id } = await pay('3200');
    expect(await act(id, 'recall', { reason: 'fraud' })).toMatchObject({
      status: 409,
      code: 'payment.not-sent',
    });
  });
});

test('all that the bank says of payments, in any order and twice, leads to the same payments and balances', async () => {
  const faults = {
    seed: 5,
    paymentLate: 0.4,
    paymentLateMs: 60_000,
    paymentReject: 0.3,
    paymentReturn: 0.3,
    paymentReturnMs: 120_000,
  };
  const states = [];
  for (const order of ['as told', 'backwards', 'doubled'] as const) {
    const { pay, mirror, figures, seen } = await aPayingCustomer({ bookedMinor: '100000', faults });
    const ids = [];
    for (let n = 1; n <= 12; n += 1) ids.push((await pay(`${n}00`)).id);
    for (let minute = 0; minute < 6; minute += 1) {
      mirror.passes(1);
      mirror.bank.expireDue();
    }
    const told = mirror.told();
    const delivered = { 'as told': told, backwards: [...told].reverse(), doubled: [...told, ...told] }[order];
    for (const event of delivered) await mirror.deliver(event);
    const payments = [];
    for (const id of ids) payments.push(await seen(id));
    states.push(
      JSON.stringify([
        await figures(),
        payments.map(({ state, reason, returnedMinor }) => [state, reason, returnedMinor]),
      ]),
    );
    expect(new Set(payments.map(({ state }) => state))).toEqual(new Set(['sent', 'rejected', 'returned']));
  }
  expect(new Set(states).size).toBe(1);
});

describe('another’s account', () => {
  test('pays nothing, and neither it nor its payments can be told from what is not there', async () => {
    const { pay, seen, mirror, accountId } = await aPayingCustomer();
    expect(await pay('100', { uid: 'uid-bo' })).toMatchObject({ status: 404, code: 'account.not-found' });
    const { id } = await pay('100');
    expect((await seen(id, 'uid-bo')).status).toBe(404);
    const routes = [`GET /v1/payments?accountId=${accountId}`, 'GET /v1/payments/pay_nothing'];
    for (const route of routes) expect((await mirror.request('uid-bo', route)).status).toBe(404);
    const cancel = await mirror.request('uid-bo', `POST /v1/payments/${id}/cancellation`, { key: 'k' });
    expect(cancel.status).toBe(404);
  });

  test('is not paid into as one’s own', async () => {
    const { pay, anAccount } = await aPayingCustomer();
    const creditor = { accountId: await anAccount('uid-bo', '0') };
    expect(await pay('100', { creditor })).toMatchObject({ status: 404, code: 'account.not-found' });
  });
});

test('between a customer’s own accounts money leaves the one and reaches the other', async () => {
  const { pay, anAccount, hears, figures, seen } = await aPayingCustomer();
  const savings = await anAccount('uid-ann', '0');
  const { id } = await pay('4000', { creditor: { accountId: savings } });
  await hears();
  expect((await seen(id)).state).toBe('sent');
  expect([(await figures()).available, (await figures(savings)).available]).toEqual(['6000', '4000']);
});

describe('a payee', () => {
  const asked = async ({ mirror, accountId }: Awaited<ReturnType<typeof aPayingCustomer>>, name: string) => {
    const opened = await mirror.ask('/accounts', {
      ownerRefs: ['x'],
      currency: 'DKK',
      holderName: 'Bo Holm',
    });
    const body = { accountId, name, iban: opened.iban };
    return mirror.request('uid-ann', 'POST /v1/payee-verifications', { body });
  };

  test.each([
    ['Bo Holm', { match: 'match' }],
    ['Holm, Bo', { match: 'close-match', name: 'Bo Holm' }],
    ['Ida Krogh', { match: 'no-match' }],
  ])('%s is verified beside its IBAN by the bank', async (name, answer) => {
    expect(await asked(await aPayingCustomer(), name)).toMatchObject({ status: 200, body: answer });
  });

  test('cannot be verified where the bank does not answer', async () => {
    const customer = await aPayingCustomer();
    const { mirror, accountId } = customer;
    vi.stubGlobal('fetch', async () => new Response('', { status: 503 }));
    const body = { accountId, ...BO };
    expect(await mirror.request('uid-ann', 'POST /v1/payee-verifications', { body })).toMatchObject({
      body: { match: 'not-possible' },
    });
  });
});
