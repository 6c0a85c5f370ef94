import { bankNamed } from '../../../shared/banks/index.ts';
import { wallClock } from '../../../shared/domain/cut-off.ts';
import {
  type Collection,
  type CollectionDecision,
  type Decision,
  latestWord,
  type Mandate,
  type MandateDecision,
  mandateState,
  mayAskBack,
  mayBlock,
  mayRefuse,
  type Ruling,
  wantedOf,
} from '../../../shared/domain/direct-debit.ts';
import { PublicError } from '../../../shared/errors.ts';
import { draft } from '../../../shared/events/event.ts';
import { directDebitDecisionWanted } from '../../../shared/events/payments.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import {
  mandateFrom,
  mandatePath,
  writeDirectDebit,
  writeMandate,
} from '../../../shared/store/direct-debits.ts';
import type { Stored } from '../../../shared/store/document.ts';
import { ownDirectDebit, ownMandate } from './read.ts';
import { directDebitView, mandateView } from './views.ts';

type Context = { readonly deps: Reads; readonly now: Date };

/** Refuses what is announced, before its due date. The bank carries it out; until it says so the refusal is `wanted`. */
export async function refuse(request: Request, { deps, now }: Context) {
  const { document, directDebit } = await ownDirectDebit(deps, request);
  const ruling = mayRefuse(directDebit, todayOf(directDebit, now));
  return decideOn({ document, directDebit }, { decision: 'refusal', ruling, now });
}

/** Asks for what was collected, within eight weeks of its debit. */
export async function askBack(request: Request, { deps, now }: Context) {
  const { document, directDebit } = await ownDirectDebit(deps, request);
  const { accountId, mandateId } = directDebit;
  const mandate = mandateFrom(await readOne(deps, mandatePath(accountId, mandateId)));
  const ruling = mayAskBack(directDebit, mandate, todayOf(directDebit, now));
  return decideOn({ document, directDebit, mandate }, { decision: 'refund', ruling, now });
}

/** Keeps a creditor from collecting by this mandate. */
export function block(request: Request, context: Context) {
  return setBlocked(request, context, 'block');
}

/** Lets the creditor collect again. */
export function unblock(request: Request, context: Context) {
  return setBlocked(request, context, 'unblock');
}

type Known = {
  readonly document: Stored;
  readonly directDebit: Collection;
  readonly mandate?: Mandate | undefined;
};

function decideOn(
  { document, directDebit, mandate }: Known,
  { decision, ruling, now }: { decision: CollectionDecision; ruling: Ruling; now: Date },
) {
  refuseUnlessAllowed(ruling);
  if (wantedOf(directDebit)) return { status: 202, body: directDebitView(directDebit, mandate) };
  const at = now.toISOString();
  const after = { ...directDebit, wish: { decision, at } };
  return {
    status: 202,
    body: directDebitView(after, mandate),
    writes: [writeDirectDebit(document, after)],
    events: [wanted(directDebit, decision, at)],
  };
}

async function setBlocked(request: Request, { deps, now }: Context, decision: MandateDecision) {
  const { document, mandate } = await ownMandate(deps, request);
  refuseUnlessAllowed(mayBlock(mandate));
  const open = wantedOf(mandate);
  // The two calls could reach the bank in either order, and the first might win.
  if (open && open !== decision)
    throw new PublicError(409, 'mandate.decision-in-flight', `Its ${open} is on its way. Ask again soon.`);
  const state = mandateState(mandate);
  const isSo = !open && (state === 'blocked') === (decision === 'block');
  if (open || isSo) return { status: isSo ? 200 : 202, body: mandateView(mandate) };
  const at = now.toISOString();
  const after = { ...mandate, wish: { decision, at, saidBefore: latestWord(mandate.words)?.at } };
  return {
    status: 202,
    body: mandateView(after),
    writes: [writeMandate(document, after)],
    events: [wanted(mandate, decision, at)],
  };
}

function refuseUnlessAllowed(ruling: Ruling): void {
  if (ruling.kind === 'declined') throw new PublicError(409, ruling.reason);
}

function wanted({ id, accountId }: Mandate | Collection, decision: Decision, wantedAt: string) {
  return draft(directDebitDecisionWanted, { subject: id, data: { accountId, id, decision, wantedAt } });
}

/** The bank's plain date. */
function todayOf({ bank }: Collection, now: Date): string {
  return wallClock(now, bankNamed(bank)?.payments?.timeZone ?? 'UTC').date;
}
