import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankFact, EventsPage } from '../../../shared/banks/bank.ts';
import { bankNamed } from '../../../shared/banks/index.ts';
import { aBody, aWireEvent } from '../../../shared/testing/builders.ts';
import { fetchMissed } from './missed.ts';

const sandbox = bankNamed('sandbox');
const START = Date.parse('2026-11-23T09:00:00.000Z');
const MINUTE = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

type Listed = { readonly id: string; readonly occurredMs: number; readonly listedMs: number };
type Answer = { readonly limit: number; readonly fails: boolean };

/** A bank's list, as it is at each moment: some of it comes in late, pages are as long as the bank likes, or fail. */
function aList(events: readonly Listed[], answers: readonly Answer[]) {
  let nowMs = START;
  let asked = 0;
  return {
    passes(ms: number) {
      nowMs += ms;
    },
    now: () => new Date(nowMs),
    async events(
      { since = '', until = '9' }: { since?: string | undefined; until?: string | undefined },
      after: string | undefined,
    ): Promise<EventsPage> {
      const { limit, fails } = answers[asked++ % answers.length] ?? { limit: 3, fails: false };
      nowMs += 1000; // and meanwhile the list goes on growing
      if (fails) throw new Error('bank.refused');
      const all = events
        .filter(({ listedMs }) => listedMs <= nowMs)
        .sort((a, b) => a.occurredMs - b.occurredMs || (a.id < b.id ? -1 : 1))
        .filter(({ occurredMs }) => iso(occurredMs) >= since && iso(occurredMs) < until);
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
      const page = all.slice(from, from + limit);
      const isLast = from + page.length >= all.length;
      return {
        events: page.map(({ id, occurredMs }) => ({
          occurredAt: iso(occurredMs),
          body: aBody(
            aWireEvent('transaction.booked', { transactionId: id }, { id, occurredAt: iso(occurredMs) }),
          ),
        })),
        nextAfter: isLast ? undefined : page.at(-1)?.id,
        asOf: iso(nowMs),
      };
    },
  };
}

/** Ticks five minutes apart until the last event is long past, as the function and those who hear of it make them. */
async function fetched(events: readonly Listed[], answers: readonly Answer[], ticks = 12) {
  const list = aList(events, answers);
  const handled = new Set<string>();
  let known: Parameters<typeof fetchMissed>[0]['known'];
  let failures = 0;
  for (let tick = 0; tick < ticks; tick += 1) {
    const result = await fetchMissed({
      ...{
        bank: 'sandbox',
        api: list,
        now: list.now(),
        known,
        graceMs: 2 * MINUTE,
        overlapMs: 15 * MINUTE,
      },
      unparked: async () => [],
      unhandled: async (facts) => facts.filter(({ id }) => !handled.has(id ?? '')),
    }).catch(() => undefined);
    if (!result) failures += 1;
    for (const each of result?.events ?? []) {
      if (each.type === 'events.fetched') known = each.data;
      if (each.type === 'delivery.received')
        for (const fact of factsIn(Buffer.from(each.data.bodyBase64, 'base64'))) handled.add(fact.id ?? '');
    }
    list.passes(5 * MINUTE);
  }
  return { handled, failures, known };
}

function factsIn(body: Uint8Array): readonly BankFact[] {
  const delivery = { bank: 'sandbox', deliveryId: 'd', receivedAt: iso(START), body };
  return sandbox?.translate(delivery).facts ?? [];
}

describe('a list that changes under its reader', () => {
  test('loses nothing: pages shrink, events come into it late, and some pages fail', async () => {
    const event = fc.record({
      occurredMs: fc.integer({ min: START - 20 * MINUTE, max: START + 10 * MINUTE }),
      lateMs: fc.integer({ min: 0, max: 12 * MINUTE }),
    });
    const answer = fc.record({ limit: fc.integer({ min: 1, max: 7 }), fails: fc.boolean() });
    const listed = fc.array(event, { maxLength: 40 }).map((events) =>
      events.map(({ occurredMs, lateMs }, n) => ({
        id: `t${n}`,
        occurredMs,
        listedMs: occurredMs + lateMs,
      })),
    );
    await fc.assert(
      fc.asyncProperty(listed, fc.array(answer, { maxLength: 9 }), async (events, answers) => {
        // A bank that answers at all: a row of failures is a tick that is repeated.
        const { handled } = await fetched(events, [...answers, { limit: 5, fails: false }], 40);
        expect(handled.size).toBe(events.length);
      }),
      { numRuns: 60 },
    );
  });

  test('is read on from where it broke off', async () => {
    const events = Array.from({ length: 30 }, (_, n) => {
      const occurredMs = START - 30 * MINUTE + n * MINUTE;
      return { id: `t${n}`, occurredMs, listedMs: occurredMs };
    });
    const fine = { limit: 10, fails: false };
    const { handled, failures, known } = await fetched(events, [fine, { ...fine, fails: true }], 1);
    expect({ handled: handled.size, failures }).toEqual({ handled: 10, failures: 0 });
    expect(known).toMatchObject({ fetchedUntil: undefined, unfinished: { after: 't9' } });
    expect((await fetched(events, [fine, { ...fine, fails: true }, fine, fine, fine], 3)).handled.size).toBe(
      30,
    );
  });

  test('is read anew where the bank does not know any more what was read last', async () => {
    const events = [{ id: 't0', occurredMs: START - 30 * MINUTE, listedMs: START - 30 * MINUTE }];
    const list = aList(events, [{ limit: 10, fails: false }]);
    const api = {
      async events(window: Parameters<typeof list.events>[0], after: string | undefined) {
        if (after !== undefined) throw Object.assign(new Error('bank.refused'), { code: 'bank.status-400' });
        return list.events(window, after);
      },
    };
    const unfinished = { since: iso(START - 60 * MINUTE), until: iso(START), after: 'gone' };
    const { missed } = await fetchMissed({
      ...{ bank: 'sandbox', api, now: list.now(), graceMs: MINUTE, overlapMs: MINUTE },
      known: { fetchedUntil: iso(START - 60 * MINUTE), unfinished },
      unparked: async () => [],
      unhandled: async (facts) => facts,
    });
    expect(missed).toBe(1);
  });

  test('is not read on beyond what the bank may still be telling', async () => {
    const young = [{ id: 'young', occurredMs: START - MINUTE, listedMs: START - MINUTE }];
    const answers = [{ limit: 10, fails: false }];
    expect((await fetched(young, answers, 1)).handled.size).toBe(0);
    expect((await fetched(young, answers, 2)).handled.size).toBe(1);
  });
});
