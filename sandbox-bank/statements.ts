import type { Account, Desk } from './accounts.ts';
import type { Booking } from './ledger.ts';
import { amountOf } from './money.ts';
import { notFound } from './problem.ts';
import type { Slips } from './slips.ts';

type Wrong = NonNullable<ReturnType<Slips['wrongLine']>>;

/** One day of an account, line by line. Lines may be told wrong; opening and closing are always those of the books. */
export function openStatements(desk: Pick<Desk, 'ledger' | 'accounts' | 'now'> & { slips: Slips }) {
  const { ledger, accounts, now, slips } = desk;

  return { get };

  /** Today's statement is provisional; a day that has not begun has none. */
  function get(accountId: string, date: string) {
    const account = accounts.get(accountId);
    if (date > now().toISOString()) throw notFound('statement');
    const { openingMinor, closingMinor, lines } = ledger.statement(accountId, date);
    const wrong = slips.wrongLine(`${accountId} ${date}`, lines.length);
    return {
      accountId,
      currency: account.currency,
      date,
      openingMinor: `${openingMinor}`,
      closingMinor: `${closingMinor}`,
      lines: (wrong ? wrongly(lines, wrong) : lines).map((line) => lineAnswer(account, line)),
    };
  }
}

function wrongly(lines: Booking[], { how, index, offMinor }: Wrong): Booking[] {
  return lines.flatMap((line, at) => {
    if (at !== index) return [line];
    if (how === 'line-less') return [];
    if (how === 'line-more') return [line, neverBooked(line)];
    // Never less than one, and never with more digits than an amount may have.
    const isLess = line.amountMinor > offMinor;
    return [{ ...line, amountMinor: line.amountMinor + (isLess ? -offMinor : offMinor) }];
  });
}

/** The same under ids that the bank told nobody of. What the customers agreed between them, they may well agree twice. */
function neverBooked(line: Booking): Booking {
  const reference = Object.entries(line.reference).map(([name, id]) => {
    return [name, id === undefined || name === 'endToEndId' ? id : `${id}_more`];
  });
  return { ...line, lineId: `${line.lineId}_more`, reference: Object.fromEntries(reference) };
}

function lineAnswer(account: Account, line: Booking) {
  const { lineId, direction, amountMinor, bookedOn, valueOn = bookedOn, reference } = line;
  const dates = { bookingDate: bookedOn, valueDate: valueOn };
  return { lineId, direction, amount: amountOf(account, amountMinor), ...dates, ...reference };
}
