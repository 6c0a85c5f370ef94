import * as z from 'zod';
import {
  type Collection,
  type CollectionWord,
  collectionState,
  type Mandate,
  type MandateWord,
  withWord,
} from '../../../shared/domain/direct-debit.ts';
import { PermanentError } from '../../../shared/errors.ts';
import {
  collectionFacts,
  directDebitDecisionRefused,
  mandateFacts,
} from '../../../shared/events/direct-debit-facts.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { directDebitChanged } from '../../../shared/events/payments.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { type Decision, onEvent } from '../../../shared/runtime/on-event.ts';
import {
  directDebitFrom,
  directDebitIdOf,
  directDebitPath,
  mandateFrom,
  mandateIdOf,
  mandatePath,
  writeDirectDebit,
  writeMandate,
} from '../../../shared/store/direct-debits.ts';
import { transactionIdOf } from '../../../shared/store/transactions.ts';
import { decline } from './decline.ts';

type MandateFact = EventOf<(typeof mandateFacts)[number]>;
type CollectionFact = EventOf<(typeof collectionFacts)[number]>;

/** Adds what the bank said of a mandate or a direct debit to what it said before; neither waits for the other. */
export default onEvent({
  name: 'track-direct-debit',
  on: [...mandateFacts, ...collectionFacts, directDebitDecisionRefused],
  prefix: 'direct-debit.',
  publishes: [directDebitChanged],
  impact: 'Customers do not see who will collect from them, and cannot refuse it in time.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(fact, { deps }) {
    if (fact.type === 'direct-debit.decision-refused') return decline(deps, fact);
    const { accountId, bank, role } = fact.data;
    // Who only holds collects nothing.
    if (role !== 'books') throw new PermanentError('fact.not-its-role', { accountId, bank });
    return 'collectionId' in fact.data
      ? trackCollection(deps, fact as CollectionFact)
      : trackMandate(deps, fact as MandateFact);
  },
});

async function trackMandate(reads: Reads, fact: MandateFact) {
  const { accountId, bank, mandateId: bankMandateId } = fact.data;
  const id = mandateIdOf(bank, bankMandateId);
  const document = await readOne(reads, mandatePath(accountId, id));
  const before: Mandate = mandateFrom(document) ?? { id, accountId, bank, bankMandateId, words: {} };
  const words = withWord(before.words, mandateWordOf(fact));
  return words ? { writes: [writeMandate(document, { ...before, words })] } : {};
}

async function trackCollection(
  reads: Reads,
  fact: CollectionFact,
): Promise<Decision<typeof directDebitChanged>> {
  const { accountId, bank, mandateId, collectionId: bankCollectionId } = fact.data;
  const id = directDebitIdOf(bank, bankCollectionId);
  const document = await readOne(reads, directDebitPath(accountId, id));
  const ids = { id, accountId, bank, bankCollectionId, mandateId: mandateIdOf(bank, mandateId) };
  const before: Collection = directDebitFrom(document) ?? { ...ids, words: {} };
  const words = withWord(before.words, collectionWordOf(fact));
  if (!words) return {};
  const after = { ...before, words };
  const state = collectionState(after);
  const data = { accountId, directDebitId: id, state, reason: words[state]?.reason };
  return {
    writes: [writeDirectDebit(document, after)],
    events: [draft(directDebitChanged, { subject: id, data })],
  };
}

const MANDATE_WORDS = {
  'direct-debit.mandate-created': 'created',
  'direct-debit.mandate-cancelled': 'cancelled',
  'direct-debit.mandate-blocked': 'blocked',
  'direct-debit.mandate-unblocked': 'unblocked',
} as const;
const COLLECTION_WORDS = {
  'direct-debit.announced': 'announced',
  'direct-debit.collected': 'collected',
  'direct-debit.refused': 'refused',
  'direct-debit.returned': 'returned',
} as const;

function mandateWordOf({ type, time: at, data }: MandateFact): MandateWord {
  const { creditor, scheme } = data;
  const { name: creditorName, creditorId } = creditor;
  return { kind: MANDATE_WORDS[type], at, creditorName, creditorId, scheme };
}

function collectionWordOf({ type, time: at, data }: CollectionFact): CollectionWord {
  const { bank, accountId, creditor, amount, dueOn, remittance, bookedOn, reason, transactionId } = data;
  const { name: creditorName, creditorId } = creditor;
  const moved = transactionId && transactionIdOf(bank, accountId, { kind: 'transaction', id: transactionId });
  return {
    ...{ kind: COLLECTION_WORDS[type], at, creditorName, creditorId, ...amount, dueOn },
    ...{ remittance, bookedOn, reason, transactionId: moved },
  };
}
