import { type Collection, collectionState } from '../../../shared/domain/direct-debit.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { ownAccount } from '../../../shared/runtime/own-account.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import {
  directDebitFrom,
  directDebitsOf,
  mandateFrom,
  mandatePath,
  mandatesOf,
} from '../../../shared/store/direct-debits.ts';
import { ownDirectDebit, ownMandate } from './read.ts';
import { directDebitView, mandateView, occurredAtOf } from './views.ts';

type Context = { readonly deps: Reads };

/** Who may collect from an account. */
export async function listMandates({ params, uid }: Request, { deps: reads }: Context) {
  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  const found = await reads.query(mandatesOf(id));
  const items = found.flatMap((document) => mandateFrom(document) ?? []).map(mandateView);
  return { status: 200, body: { items } };
}

export async function getMandate(request: Request, { deps: reads }: Context) {
  const { mandate } = await ownMandate(reads, request);
  return { status: 200, body: mandateView(mandate) };
}

/** What was collected from an account and what will be, the newest first, page by page. */
export async function listDirectDebits({ params, query, uid }: Request, { deps: reads }: Context) {
  const limit = readLimit(query);
  const cursor = readCursor(query, 'ddt');
  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  // One more than asked for tells whether there is a next page.
  const found = await reads.query(directDebitsOf(id, limit + 1, cursor));
  const page = found.slice(0, limit).flatMap((document) => directDebitFrom(document) ?? []);
  const last = page.at(-1);
  const isMore = found.length > limit && last !== undefined;
  const nextCursor = isMore ? cursorAfter({ id: last.id, occurredAt: occurredAtOf(last) }) : undefined;
  return { status: 200, body: { items: await viewsOf(reads, page), nextCursor } };
}

export async function getDirectDebit(request: Request, { deps: reads }: Context) {
  const { directDebit } = await ownDirectDebit(reads, request);
  const [body] = await viewsOf(reads, [directDebit]);
  return { status: 200, body };
}

/** Their views. Mandates are read of what was collected alone: what else there is, nobody has back. */
async function viewsOf(reads: Reads, directDebits: readonly Collection[]) {
  const collected = directDebits.filter((each) => collectionState(each) === 'collected');
  const paths = new Set(collected.map(({ accountId, mandateId }) => mandatePath(accountId, mandateId)));
  const found = paths.size > 0 ? await reads.get([...paths]) : [];
  const mandates = found.flatMap((document) => mandateFrom(document) ?? []);
  return directDebits.map((each) =>
    directDebitView(
      each,
      mandates.find(({ id }) => id === each.mandateId),
    ),
  );
}
