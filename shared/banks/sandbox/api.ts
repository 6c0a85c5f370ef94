import * as z from 'zod';
import { utc } from '../../domain/instant.ts';
import { signed } from '../../domain/money.ts';
import type { Line } from '../../domain/statement.ts';
import {
  currencyCode,
  direction,
  instant,
  minorUnits,
  plainDate,
  signedMinorUnits,
} from '../../events/event.ts';
import type { Ask, BankApi, Window } from '../bank.ts';
import { openSandboxDirectDebits } from './direct-debits.ts';
import { openSandboxPayments } from './payments.ts';

const PAGE = 500;

const account = z.object({ bookedMinor: signedMinorUnits, currency: currencyCode, asOf: instant });
const page = z.object({
  items: z.array(z.looseObject({ occurredAt: instant })),
  nextAfter: z.string().optional(),
  asOf: instant,
});

const line = z.looseObject({
  lineId: z.string().min(1).max(256),
  direction,
  amount: z.object({ amountMinor: minorUnits, currency: currencyCode }),
  bookingDate: plainDate,
  valueDate: plainDate.optional(),
});
const statement = z.object({
  date: plainDate,
  currency: currencyCode,
  openingMinor: signedMinorUnits,
  closingMinor: signedMinorUnits,
  lines: z.array(line),
});

/** What else a line says are ids: of the transfer, the clearing or the refund that it books. */
function lineOf({ lineId, direction, amount, bookingDate, valueDate, ...ids }: z.output<typeof line>): Line {
  const bankIds = Object.values(ids).filter((id) => typeof id === 'string');
  const { amountMinor } = amount;
  return {
    lineId,
    amountMinor: signed(direction, amountMinor),
    bookedOn: bookingDate,
    valueOn: valueDate,
    bankIds,
  };
}

/** The sandbox bank's own API. Events are JSON of the same shape as in its deliveries. */
export function openSandboxApi(baseUrl: string, ask: Ask): BankApi {
  return {
    async events({ accountId, since, until }, after) {
      const path = accountId === undefined ? '/events' : `/accounts/${encodeURIComponent(accountId)}/events`;
      const { items, nextAfter, asOf } = page.parse(
        await read(path, { since, until, after, limit: `${PAGE}` }),
      );
      const events = items.map((event) => ({
        occurredAt: utc(event.occurredAt),
        body: Buffer.from(JSON.stringify({ events: [event] })),
      }));
      return { events, nextAfter, asOf: utc(asOf) };
    },
    async statement(accountId, date) {
      const answer = await read(`/accounts/${encodeURIComponent(accountId)}/statements/${date}`, {});
      if (answer === undefined) return undefined;
      const { lines, ...figures } = statement.parse(answer);
      return { ...figures, lines: lines.map(lineOf) };
    },
    ...openSandboxPayments(baseUrl, ask),
    ...openSandboxDirectDebits(baseUrl, ask),
    async booked(accountId) {
      const answer = await read(`/accounts/${encodeURIComponent(accountId)}`, {});
      if (answer === undefined) return undefined;
      const { asOf, ...figures } = account.parse(answer);
      return { ...figures, asOf: utc(asOf) };
    },
  };

  /** The answer's JSON, or undefined where the bank has no such thing. */
  async function read(path: string, query: Window & { after?: string; limit?: string }): Promise<unknown> {
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const url = `${baseUrl}${path}?${new URLSearchParams(given)}`;
    const { status, body } = await ask(url);
    if (status === 404) return undefined;
    // What it says may repeat what customers are called.
    if (status !== 200) throw Object.assign(new Error('bank.refused'), { code: `bank.status-${status}` });
    return JSON.parse(body);
  }
}
