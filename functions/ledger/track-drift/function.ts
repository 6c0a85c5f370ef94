import * as z from 'zod';
import { type Drift, notSeen, seenAgain, statementOf } from '../../../shared/domain/drift.ts';
import { accountCompared, driftFound, statementCompared } from '../../../shared/events/coherence.ts';
import type { EventOf } from '../../../shared/events/event.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import type { Write } from '../../../shared/store/document.ts';
import {
  driftFrom,
  driftIdOf,
  driftPath,
  unsettledDrifts,
  writeDrift,
} from '../../../shared/store/drifts.ts';
import { mendBalance } from './mend.ts';

const DRIFTS_MAX = 400;

/** Keeps each drift from when it was found until a comparison finds it no more; mends a wrong sum, exactly and once. */
export default onEvent({
  name: 'track-drift',
  on: [driftFound, accountCompared, statementCompared],
  publishes: [],
  impact: 'What differs from the bank is found again and again, and a wrong sum stays wrong.',
  config: z.object({}),
  connect: ({ reads, snapshot }) => ({ reads, snapshot }),
  async decide(event, { deps }) {
    if (event.type === 'drift.found') return { writes: await found(deps, event) };
    if (event.type === 'account.compared')
      return { writes: await settled(deps.reads, event.data, undefined) };
    return { writes: await settled(deps.reads, event.data, event.data.date) };
  },
});

type Deps = { readonly reads: Reads; readonly snapshot: () => Reads };

async function found(
  { reads, snapshot }: Deps,
  { data: { bank, accountId, foundAt, finding } }: EventOf<typeof driftFound>,
): Promise<Write[]> {
  const id = driftIdOf(accountId, finding);
  // Read before the snapshot: who mended the sum since has written this, and then our commit is refused.
  const document = await readOne(reads, driftPath(id));
  const drift = seenAgain(driftFrom(document), { ...finding, id, bank, accountId }, foundAt);
  if (!drift) return [];
  const mending =
    finding.cause === 'wrong-sum' ? await mendBalance(snapshot(), accountId, finding.currency) : [];
  return [writeDrift(document, drift), ...mending];
}

/** Whatever else was wrong with the account, or with its statement of this day, is so no more. */
async function settled(
  reads: Reads,
  { accountId, comparedAt, found }: { accountId: string; comparedAt: string; found: readonly string[] },
  day: string | undefined,
): Promise<Write[]> {
  const documents = await reads.query(unsettledDrifts(DRIFTS_MAX, accountId));
  return documents.flatMap((document) => {
    const drift = driftFrom(document) as Drift;
    if (statementOf(drift) !== day || found.includes(drift.id)) return [];
    const after = notSeen(drift, comparedAt);
    return after ? [writeDrift(document, after)] : [];
  });
}
