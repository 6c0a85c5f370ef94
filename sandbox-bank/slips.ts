import { drawsOf } from './chance.ts';
import type { BankEvent } from './events.ts';
import { type Faults, faultsSchema } from './faults.ts';
import { Problem } from './problem.ts';

export type Slips = ReturnType<typeof openSlips>;

const offMinorMax = 100_000;

/** What the bank's answers get wrong, while its books stay right. What goes wrong with deliveries is none of its business. */
export function openSlips() {
  const met = { listedLate: 0, listsFailed: 0, pagesShrunk: 0, wrongBalances: 0, wrongStatements: 0 };
  const statements = new Map<string, [line: number, off: number]>();
  let faults = faultsSchema.parse({});
  let draws = streamsOf(faults);

  return { met, begin, lateMs, listing, offMinor, wrongLine };

  /** Begins a new sequence of faults. What is to be listed late stays so. */
  function begin(next: Faults): void {
    faults = next;
    draws = streamsOf(next);
    statements.clear();
  }

  /** How much later than it occurred an event is listed. */
  function lateMs(): number {
    if (draws.late() >= faults.listLate || faults.listLateMs === 0) return 0;
    met.listedLate += 1;
    return faults.listLateMs;
  }

  /** Refuses a request for a list, or answers what makes its page. */
  function listing() {
    const [fail, shrink, size] = [draws.list(), draws.list(), draws.list()];
    if (fail < faults.listFail) {
      met.listsFailed += 1;
      throw new Problem(503, 'unavailable', 'The list cannot be had just now.');
    }
    return { page };

    function page(limit: number, events: () => Iterable<BankEvent>) {
      const items: BankEvent[] = [];
      let more = false;
      for (const event of events()) {
        more = items.length === limit;
        if (more) break;
        items.push(event);
      }
      // An empty page would say that there is nothing, and one of one cannot shrink.
      if (shrink < faults.pageShrink && items.length > 1) {
        items.length = 1 + Math.floor(size * (items.length - 1));
        more = true;
        met.pagesShrunk += 1;
      }
      return { items, nextAfter: more ? items.at(-1)?.id : undefined };
    }
  }

  /** By how much a balance is wrong; 0 where it is right. */
  function offMinor(): bigint {
    const [wrong, more, size] = [draws.balance(), draws.balance(), draws.balance()];
    if (wrong >= faults.wrongBalance) return 0n;
    met.wrongBalances += 1;
    return BigInt(more < 0.5 ? -1 : 1) * someMinor(size);
  }

  /** Which line of a statement is wrong, how, and by how much. The same statement is wrong in the same way every time. */
  function wrongLine(statement: string, lines: number) {
    if (faults.statement === 'right' || lines === 0) return undefined;
    const [line, off] = statements.get(statement) ?? [draws.statement(), draws.statement()];
    statements.set(statement, [line, off]);
    met.wrongStatements += 1;
    return { how: faults.statement, index: Math.floor(line * lines), offMinor: someMinor(off) };
  }
}

/** Each kind of slip draws from a stream of its own: how often lists are asked for does not decide which balance is wrong. */
function streamsOf({ seed }: Faults) {
  const [late, list] = [drawsOf(seed, 2), drawsOf(seed, 3)];
  return { late, list, balance: drawsOf(seed, 4), statement: drawsOf(seed, 5) };
}

function someMinor(drawn: number): bigint {
  return BigInt(1 + Math.floor(drawn * offMinorMax));
}
