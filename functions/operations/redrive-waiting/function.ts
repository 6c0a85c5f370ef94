import * as z from 'zod';
import { accountChanged } from '../../../shared/events/customers.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { kinds } from '../../../shared/events/kinds.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { redriveOfParked } from '../../../shared/runtime/redrive.ts';
import { accountPath } from '../../../shared/store/accounts.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { waitingFor, writeParkedState, writeWaitsNoMore } from '../../../shared/store/parked.ts';

const NAME = 'redrive-waiting';
const PAGE = 200;
// A commit takes 10 MiB, and each of them is in it twice: as it is parked, and as it goes out.
const BYTES_MAX = 3_000_000;

/** Redrives what was parked because it came before its account, once the account is there. */
export default onEvent({
  name: NAME,
  on: [accountChanged],
  prefix: 'account.',
  publishes: kinds, // what waited may be of any kind
  impact: 'What came before its account stays parked until an operator redrives it.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(event, { deps }) {
    if (!event.data.opened) return {};
    const waitsFor = accountPath(event.data.accountId);
    const waiting = await deps.query(waitingFor(waitsFor, PAGE + 1));
    const page = firstThatFit(waiting.slice(0, PAGE));
    const found = await Promise.all(
      page.map(async (read) => ({ read, redrive: await redriveOfParked(deps, read) })),
    );
    const writes = found.map(({ read, redrive }) =>
      redrive.kind === 'ready' ? writeParkedState(read, 'redriven', waitsFor) : writeWaitsNoMore(read),
    );
    const redrives = found.flatMap(({ redrive }) => (redrive.kind === 'ready' ? [redrive.message] : []));
    // For the rest, this event once more, under an id of its own and for this function alone.
    const data = z.encode(accountChanged.data, event.data);
    const rest = { ...event, id: idFrom('evt', event.id, NAME), to: NAME, data };
    const more = waiting.length > page.length ? [{ topic: accountChanged.topic, event: rest }] : [];
    return { writes, redrives: [...redrives, ...more] };
  },
});

/** The first one in any case: what does not fit alone never will. */
function firstThatFit(waiting: readonly Stored[]): Stored[] {
  let bytes = 0;
  return waiting.filter((read, n) => {
    bytes += sizeOf(read);
    return n === 0 || bytes <= BYTES_MAX;
  });
}

/** At most: the last chunk counted as if it were full. */
function sizeOf({ fields }: Stored): number {
  const bytes = fields?.bytes instanceof Uint8Array ? fields.bytes.length : 0;
  return (bytes + 700) * (1 + Number(fields?.chunks ?? 0n));
}
