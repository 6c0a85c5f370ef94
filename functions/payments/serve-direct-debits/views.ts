import {
  type Collection,
  collectionState,
  latestWord,
  type Mandate,
  mandateState,
  refundableUntil,
  toldFirstAt,
  wantedOf,
} from '../../../shared/domain/direct-debit.ts';

/** What an app sees of a mandate. `wanted` is what its customer decided and the bank has not yet done, `declined` what it will not. */
export function mandateView(mandate: Mandate) {
  const { creditorName: name, creditorId, scheme } = latestWord(mandate.words) ?? {};
  const { id, accountId } = mandate;
  const said = { id, accountId, creditor: { name, creditorId }, scheme, state: mandateState(mandate) };
  return { ...said, ...wishOf(mandate) };
}

/** Likewise of a direct debit: what will be collected and when, what became of it, and until when its mandate has it given back. */
export function directDebitView(directDebit: Collection, mandate: Mandate | undefined) {
  const { id, accountId, mandateId, words } = directDebit;
  const state = collectionState(directDebit);
  const {
    creditorName: name,
    creditorId,
    amountMinor,
    currency,
    dueOn,
    remittance,
  } = latestWord(words) ?? {};
  return {
    ...{ id, accountId, mandateId, creditor: { name, creditorId } },
    amount: { amountMinor: String(amountMinor), currency },
    ...{ dueOn, remittance, state, reason: words[state]?.reason },
    occurredAt: occurredAtOf(directDebit),
    transactionId: words.collected?.transactionId,
    refundTransactionId: words.returned?.transactionId,
    refundableUntil: state === 'collected' ? refundableUntil(directDebit, mandate) : undefined,
    ...wishOf(directDebit),
  };
}

export function occurredAtOf({ words }: Collection): string {
  return toldFirstAt(words);
}

function wishOf(known: Mandate | Collection) {
  const { wish, declined } = known;
  const answer = declined && declined.wantedAt === wish?.at ? declined : undefined;
  const said = answer && { decision: answer.decision, reason: answer.reason };
  return { wanted: wantedOf(known), declined: said };
}
