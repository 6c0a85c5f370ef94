import { afterEach, expect, test, vi } from 'vitest';
import { stateOf } from '../../shared/domain/payment.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { Message } from '../../shared/platform/platform.ts';
import { balanceFrom } from '../../shared/store/balances.ts';
import type { Fields } from '../../shared/store/document.ts';
import { paymentFrom, paymentPath } from '../../shared/store/payments.ts';
import { reservationsPath, reservedIn } from '../../shared/store/reservations.ts';
import { balancesIn } from '../../shared/testing/world.ts';
import { aBankAndItsMirror } from './coherence.ts';
import { BO } from './payments.ts';

afterEach(() => void vi.unstubAllGlobals());

const seed = Number(process.env.COUNTERFOIL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PAYMENTS = Number(process.env.COUNTERFOIL_TEST_PAYMENTS ?? 60);
const ACCOUNTS = 20;
const EACH_TICK = 20;
const TICKS_A_PROCESS = 5;
const DAY_MINUTES = 24 * 60;
const MUCH = '1000000000';
const LIMITS = JSON.stringify({ DKK: { paymentMinor: MUCH, dayMinor: MUCH, customerDayMinor: MUCH } });

const AT_THE_BANK = {
  ...{ seed, paymentLate: 0.3, paymentLateMs: 600_000, paymentReject: 0.1 },
  ...{ paymentReturn: 0.1, paymentReturnMs: 3 * 86_400_000 },
  ...{ paymentTimeoutBefore: 0.05, paymentTimeoutAfter: 0.05, paymentFail: 0.05, inquiryFail: 0.1 },
};
const HERE = {
  crashBefore: 0.005,
  crashAfter: 0.005,
  lostAnswer: 0.005,
  unavailable: 0.005,
  conflict: 0.005,
};
const WEATHER = { reorders: true, concurrency: 4, redelivers: 0.05, attemptsMax: 1000 };

test(`${PAYMENTS} payments through all that can go wrong: each is at the bank once, or not at all with a reason (COUNTERFOIL_TEST_SEED=${seed})`, async () => {
  const { random } = memoryCloud({ seed });
  const chance = (share: number) => random(1_000_000) < share * 1_000_000;
  // No passkeys here: whose payments are too large for that are refused for want of money.
  const config = { SCA_FROM: '{"DKK":"1000000000"}', PAYMENT_LIMITS: LIMITS };
  const mirror = aBankAndItsMirror({ seed, config, faults: HERE, weather: WEATHER });
  const accounts: string[] = [];
  for (let n = 0; n < ACCOUNTS; n += 1) {
    const { accountId = '' } = await mirror.ask('/accounts', { ownerRefs: ['uid-ann'], currency: 'DKK' });
    await mirror.ask(`/accounts/${accountId}/transfers`, { direction: 'credit', amountMinor: '300000000' });
    accounts.push(accountId);
  }
  await mirror.deliver(...mirror.told());
  mirror.goesWrong(AT_THE_BANK);

  const counts = {
    refused: 0,
    cancelled: 0,
    recalled: 0,
    lost: 0,
    doubled: 0,
    ticks: 0,
    redriven: 0,
    stillLater: 0,
  };
  const ordered: string[] = [];
  const released: Message[] = [];
  while (ordered.length < PAYMENTS) {
    for (let n = 0; n < EACH_TICK && ordered.length < PAYMENTS; n += 1) await order();
    await tick();
  }
  const before = counts.ticks;
  while (counts.ticks < before + 30) await tick(60); // over the days in which returns come
  // The clock of both moves three weeks, and what was released is redriven under ids that no inbox knows.
  mirror.passes(21 * DAY_MINUTES);
  for (const [n, message] of released.entries()) await redrive(message, n);
  for (let n = 0; n < 4; n += 1) await tick(30);
  await hearAll();

  const states = compare();
  console.log(
    JSON.stringify({ seed, ordered: ordered.length, ...counts, states, bank: mirror.bank.mishaps.met }),
  );

  async function order(): Promise<void> {
    const accountId = accounts[random(ACCOUNTS)] ?? '';
    const other = accounts[random(ACCOUNTS)] ?? '';
    const isOwn = chance(0.1) && other !== accountId;
    const amountMinor = String(1 + random(chance(0.02) ? 900_000_000 : 90_000));
    const isLater = chance(0.05);
    const tomorrow = new Date(mirror.now().getTime() + 86_400_000).toISOString().slice(0, 10);
    const body = {
      ...{ accountId, amount: { amountMinor, currency: 'DKK' } },
      creditor: isOwn ? { accountId: other } : BO,
      ...(isLater && { requestedExecutionDate: tomorrow }),
    };
    const key = `key-${ordered.length + counts.refused}`;
    for (let tries = 0; tries < 200; tries += 1) {
      const answer = await mirror
        .request('uid-ann', 'POST /v1/payments', { body, key })
        .catch(() => undefined);
      if (answer?.status === 422) {
        counts.refused += 1;
        return;
      }
      if (answer?.status !== 202) continue;
      const { id } = answer.body as { id: string };
      ordered.push(id);
      if (chance(isLater ? 0.5 : 0.02)) await decide(id, 'cancellation');
      return;
    }
    throw new Error('an order is never answered');
  }

  async function decide(id: string, what: 'cancellation' | 'recall'): Promise<void> {
    const body = what === 'recall' ? { reason: 'fraud' } : {};
    const route = `POST /v1/payments/${id}/${what}`;
    for (let tries = 0; tries < 200; tries += 1) {
      const answer = await mirror
        .request('uid-ann', route, { body, key: `${what}-${id}` })
        .catch(() => undefined);
      if (answer?.status === 200) counts.cancelled += 1;
      if (answer?.status === 202) counts.recalled += 1;
      if (answer && answer.status < 500) return;
    }
  }

  /** What the bank told arrives in any order: doubled, or lost for good until its list is read. */
  async function hear(): Promise<void> {
    for (const event of shuffled(mirror.told())) {
      if (chance(0.1)) counts.lost += 1;
      else await mirror.deliver(event);
      if (chance(0.1)) {
        counts.doubled += 1;
        await mirror.deliver(event);
      }
    }
  }

  async function tick(minutes = 5): Promise<void> {
    counts.ticks += 1;
    keepReleased();
    if (counts.ticks % TICKS_A_PROCESS === 0) mirror.restart();
    mirror.passes(minutes);
    mirror.bank.expireDue();
    if (ordered.length > 0 && chance(0.3)) await decide(ordered[random(ordered.length)] ?? '', 'recall');
    await hear();
    await schedules();
  }

  async function hearAll(): Promise<void> {
    mirror.goesWrong({});
    for (let n = 0; n < 6; n += 1) {
      mirror.passes(10);
      mirror.bank.expireDue();
      await mirror.deliver(...mirror.told());
      await schedules();
    }
  }

  async function schedules(): Promise<void> {
    for (const name of SCHEDULES)
      for (let tries = 0; tries < 20; tries += 1)
        if (
          await mirror.tick(name).then(
            () => true,
            () => false,
          )
        )
          break;
  }

  function keepReleased(): void {
    for (const { message } of mirror.world.published)
      if (message.attributes.type === 'payment.released' && chance(0.2)) released.push(message);
  }

  async function redrive(message: Message, n: number): Promise<void> {
    counts.redriven += 1;
    const event = JSON.parse(Buffer.from(message.data).toString()) as object;
    const again = Buffer.from(JSON.stringify({ ...event, id: `evt_weeks-later-${n}` }));
    await mirror.world.deliver('payments', { ...message, data: again });
  }

  function shuffled<T>(all: readonly T[]): T[] {
    const left = [...all];
    return all.map(() => left.splice(random(left.length), 1)[0] as T);
  }

  /** Every payment and every account as the bank has it. */
  function compare(): Record<string, number> {
    const documents = mirror.world.documents();
    const states: Record<string, number> = {};
    for (const id of ordered) {
      const payment = paymentFrom({
        path: paymentPath(id),
        fields: documents.get(paymentPath(id)),
        version: '',
      });
      if (!payment) throw new Error(`${id} is gone`);
      const state = stateOf(payment);
      const bank = mirror.bank.book.ofReference(id);
      const said = bank.map(({ status, returnedMinor }) =>
        returnedMinor > 0n ? 'returned' : (STATES[status] ?? status),
      );
      const expected = bank.length === 0 ? ['rejected', 'cancelled'] : said;
      expect(bank.length, `${id} at the bank`).toBeLessThanOrEqual(1);
      expect(expected, `${id} is ${state}`).toContain(state);
      if (bank.length === 0 && state === 'rejected')
        expect(reason(documents.get(paymentPath(id))), id).toBeTruthy();
      states[state] = (states[state] ?? 0) + 1;
    }
    for (const id of accounts) {
      const { booked, held } = balanceFrom(balancesIn(documents, id), 'DKK');
      const path = reservationsPath(id);
      const open = reservedIn({ path, fields: documents.get(path), version: '' });
      const { ledger } = mirror.bank;
      expect({ id, booked, held, open }).toEqual({
        ...{ id, booked: ledger.bookedMinor(id), held: ledger.heldMinor(id), open: {} },
      });
    }
    return states;
  }
}, 3_600_000);

const SCHEDULES = [
  'republish-unpublished',
  'run-standing-orders',
  'resolve-unknown-payments',
  'fetch-missed-events',
];
const STATES: Readonly<Record<string, string>> = {
  ACSC: 'sent',
  ACCC: 'credited',
  RJCT: 'rejected',
  CANC: 'cancelled',
};

function reason(fields: Fields | undefined): unknown {
  return fields?.reason;
}
