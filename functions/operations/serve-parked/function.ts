import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { PublicError } from '../../../shared/errors.ts';
import { kinds } from '../../../shared/events/kinds.ts';
import { type Message, type Reads, readOne } from '../../../shared/platform/platform.ts';
import { readBody } from '../../../shared/runtime/body.ts';
import { eventIn } from '../../../shared/runtime/dead-letter.ts';
import { onRequest, type Request } from '../../../shared/runtime/on-request.ts';
import { cursorAfter, readCursor, readLimit } from '../../../shared/runtime/page.ts';
import { redriveOf } from '../../../shared/runtime/redrive.ts';
import { type AuditEntry, auditFrom, auditOf, createAudit } from '../../../shared/store/audit.ts';
import { chunkPaths } from '../../../shared/store/chunks.ts';
import { inboxPath } from '../../../shared/store/inbox.ts';
import {
  messageFrom,
  type Parked,
  parkedFrom,
  parkedPage,
  parkedPath,
  writeParkedState,
} from '../../../shared/store/parked.ts';
import { readAsked } from './asked.ts';
import { parkedView, rawView, wholeView } from './views.ts';

/**
 * What could not be processed, for operators: why, since when, and what was done about it. A redrive and a drop are
 * one commit with their audit entry. Redriving what was redriven before is harmless, and so it is answered alike.
 */
export default onRequest({
  name: 'serve-parked',
  caller: 'operator',
  publishes: kinds, // a redrive is of any kind
  impact: 'Operators redrive and drop by the command line alone.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  routes: {
    'GET /v1/operators/parked': async ({ query }, { deps }) => {
      const limit = readLimit(query);
      // One more than asked for tells whether there is a next page.
      const found = await deps.query(parkedPage(readAsked(query), limit + 1, readCursor(query, 'prk')));
      const page = found.slice(0, limit).flatMap((document) => parkedFrom(document) ?? []);
      const last = page.at(-1);
      const next = last && { occurredAt: last.parkedAt, id: last.id };
      const nextCursor = found.length > limit && next ? cursorAfter(next) : undefined;
      return { status: 200, body: { items: page.map(parkedView), nextCursor } };
    },
    'GET /v1/operators/parked/:id': async (request, { deps, now }) => {
      const { parked, message } = await readParked(deps, request);
      const audit = auditFrom(await deps.query(auditOf(parked.id)));
      const body = { ...wholeView(parked, message, audit), handled: await isHandled(deps, parked, message) };
      if (request.query.get('raw') !== 'true') return { status: 200, body };
      const entry = { at: now.toISOString(), by: request.uid, action: 'read', parkedId: parked.id } as const;
      return { status: 200, body: { ...body, raw: rawView(message) }, writes: [audited(entry)] };
    },
    'POST /v1/operators/parked/:id/redrive': async (request, { deps, now }) => {
      const { document, parked, message } = await readParked(deps, request);
      if (parked.state === 'dropped') throw new PublicError(409, 'parked.dropped');
      const redrive = redriveOf(parked.function, message);
      if (redrive.kind === 'useless') {
        throw new PublicError(409, 'redrive.useless', `It would only be parked again: ${redrive.reason}.`);
      }
      const entry = {
        at: now.toISOString(),
        by: request.uid,
        action: 'redrive',
        parkedId: parked.id,
      } as const;
      return {
        status: 202,
        body: { id: parked.id, state: 'redriven' },
        writes: [writeParkedState(document, 'redriven'), audited(entry)],
        redrives: [redrive.message],
      };
    },
    'POST /v1/operators/parked/:id/drop': async (request, { deps, now }) => {
      const { why } = readBody(drop, request.rawBody);
      const { document, parked } = await readParked(deps, request);
      if (parked.state !== 'waiting') throw new PublicError(409, 'parked.not-waiting');
      const entry = {
        at: now.toISOString(),
        by: request.uid,
        action: 'drop',
        parkedId: parked.id,
        why,
      } as const;
      return {
        status: 200,
        body: { id: parked.id, state: 'dropped' },
        writes: [writeParkedState(document, 'dropped'), audited(entry)],
      };
    },
  },
});

/** Whether its function has handled it since: what was redriven to a function that is no more never is. */
async function isHandled(reads: Reads, parked: Parked, message: Message): Promise<boolean> {
  const event = eventIn(message);
  if (!event) return false;
  return (await readOne(reads, inboxPath(parked.function, event.id))).fields !== undefined;
}

async function readParked(reads: Reads, { params }: Request) {
  const document = await readOne(reads, parkedPath(params.id ?? ''));
  const parked = parkedFrom(document);
  if (!parked) throw new PublicError(404, 'parked.not-found');
  const message = messageFrom(document, await reads.get(chunkPaths(document)));
  return { document, parked, message };
}

/** The body of a drop. */
export const drop = z.strictObject({ why: z.string().trim().min(1).max(1000) });

function audited(entry: AuditEntry) {
  return createAudit(randomUUID(), entry);
}
