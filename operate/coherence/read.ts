import { banks } from '../../shared/banks/index.ts';
import { CAUSES, type Cause, DRIFT_STATES, type Drift, type DriftState } from '../../shared/domain/drift.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { type BankList, bankListFrom, bankListPath } from '../../shared/store/bank-lists.ts';
import { driftFrom, driftsOfCause, unsettledDrifts } from '../../shared/store/drifts.ts';
import { type Round, roundFrom, roundPath } from '../../shared/store/rounds.ts';

export type Coherence = {
  readonly accounts: bigint;
  readonly lists: readonly { readonly bank: string; readonly list: BankList | undefined }[];
  readonly round: Round | undefined;
  /** How many there are of each cause in each state. */
  readonly counts: readonly { readonly cause: Cause; readonly states: ReadonlyMap<DriftState, bigint> }[];
  readonly unsettled: readonly Drift[];
};

const UNSETTLED_MAX = 1000;

/** Counted by the store, so that it costs the same however much there is. */
export async function readCoherence(platform: Platform): Promise<Coherence> {
  const asked = banks.filter(({ openApi }) => openApi).map(({ name }) => name);
  const [round, ...lists] = await platform.get([
    roundPath('reconcile-accounts'),
    ...asked.map((bank) => bankListPath(bank)),
  ]);
  const counts = CAUSES.map(async (cause) => {
    const counted = DRIFT_STATES.map(async (state) => {
      const { count } = await platform.aggregate(driftsOfCause(cause, state), []);
      return [state, count] as const;
    });
    return { cause, states: new Map(await Promise.all(counted)) };
  });
  const unsettled = await platform.query(unsettledDrifts(UNSETTLED_MAX));
  return {
    accounts: (await platform.aggregate({ collection: 'accounts' }, [])).count,
    lists: asked.map((bank, n) => ({ bank, list: lists[n] && bankListFrom(lists[n]) })),
    round: round && roundFrom(round),
    counts: await Promise.all(counts),
    unsettled: unsettled.flatMap((document) => driftFrom(document) ?? []),
  };
}
