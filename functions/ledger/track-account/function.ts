import * as z from 'zod';
import {
  type Account,
  type AccountState,
  contradicts,
  looksAlike,
  withState,
} from '../../../shared/domain/account.ts';
import { isSameVersion } from '../../../shared/domain/rank.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { accountFacts } from '../../../shared/events/bank-facts.ts';
import { accountChanged } from '../../../shared/events/customers.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { accountFrom, accountPath, writeAccount } from '../../../shared/store/accounts.ts';

/** Keeps an account's owners and status: of the bank's states the highest wins, in whatever order they come. */
export default onEvent({
  name: 'track-account',
  on: accountFacts,
  prefix: 'account.',
  publishes: [accountChanged],
  impact: 'New customers see no account; frozen and closed accounts look open.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(fact, { deps }) {
    const { accountId, bank, role } = fact.data;
    // Whose it is, and whether it is open, is the word of who books.
    if (role !== 'books') throw new PermanentError('fact.not-its-role', { accountId, bank });
    const document = await readOne(deps, accountPath(accountId));
    const before: Account = accountFrom(document) ?? { id: accountId, bank, ownerIds: [], status: 'open' };
    if (before.bank !== bank) throw new PermanentError('account.other-bank', { accountId, bank });
    const state = stateOf(fact);
    // It may be older or newer than what is numbered, and nobody here can know.
    if (state.rank.version === 0n && (before.statusRank?.version ?? 0n) > 0n) {
      throw new PermanentError('fact.version-missing', { accountId });
    }
    if (contradicts(before, state)) {
      throw new PermanentError('fact.conflict', { accountId, version: String(state.rank.version) });
    }
    const after = withState(before, state);
    const isKnown = [before.openedRank, before.statusRank].some((rank) => isSameVersion(state.rank, rank));
    const isNews = after.openedRank !== before.openedRank || after.statusRank !== before.statusRank;
    // A state that a later one overtook changes nothing, and happened all the same.
    const { resourceVersion } = fact.data;
    const told = { status: WORDS[fact.type], occurredAt: fact.time, resourceVersion };
    const changed = draft(accountChanged, {
      subject: accountId,
      data: { accountId, status: after.status, opened: after.openedAt !== undefined, told },
    });
    const isRetold = fact.type === 'account.opened' && document.fields && looksAlike(before, after);
    return {
      writes: isNews ? [writeAccount(document, after)] : [],
      events: isKnown || isRetold ? [] : [changed],
    };
  },
});

const WORDS = {
  'account.opened': 'opened',
  'account.frozen': 'frozen',
  'account.unfrozen': 'unfrozen',
  'account.closed': 'closed',
} as const;

const STATUSES = {
  'account.opened': 'open',
  'account.frozen': 'frozen',
  'account.unfrozen': 'open',
  'account.closed': 'closed',
} as const;

function stateOf(fact: EventOf<(typeof accountFacts)[number]>): AccountState {
  const rank = { version: BigInt(fact.data.resourceVersion ?? 0), occurredAt: fact.time, factId: fact.id };
  const status = STATUSES[fact.type];
  if (fact.type !== 'account.opened') return { rank, status };
  const { ownerIds, currency, iban } = fact.data;
  return { rank, status, opened: { ownerIds, currency, iban, at: fact.time } };
}
