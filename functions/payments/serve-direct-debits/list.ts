import type { Reads } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { ownAccount } from '../../../shared/runtime/own-account.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import {
  directDebitFrom,
  directDebitsOf,
  mandateFrom,
  mandatesOf,
} from '../../../shared/store/direct-debits.ts';
import { directDebitView, mandateView, occurredAtOf } from './views.ts';

/** Who may collect from an account. */
export async function listMandates({ params, uid }: Request, { deps: reads }: { deps: Reads }) {
  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  const found = await reads.query(mandatesOf(id));
  const items = found.flatMap((document) => mandateFrom(document) ?? []).map(mandateView);
  return { status: 200, body: { items } };
}

/** What was collected from an account and what will be, the newest first, page by page. */
export async function listDirectDebits({ params, query, uid }: Request, { deps: reads }: { deps: Reads }) {
  const limit = readLimit(query);
  const cursor = readCursor(query, 'ddt');
  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  // One more than asked for tells whether there is a next page.
  const found = await reads.query(directDebitsOf(id, limit + 1, cursor));
  const page = found.slice(0, limit).flatMap((document) => directDebitFrom(document) ?? []);
  const last = page.at(-1);
  const isMore = found.length > limit && last !== undefined;
  const nextCursor = isMore ? cursorAfter({ id: last.id, occurredAt: occurredAtOf(last) }) : undefined;
  return { status: 200, body: { items: page.map(directDebitView), nextCursor } };
}
