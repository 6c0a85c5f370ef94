import * as z from 'zod';
import { messageParked, messageWaiting } from '../../../shared/events/dead-letters.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { kinds } from '../../../shared/events/kinds.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import { ATTEMPTS_EXHAUSTED, eventIn } from '../../../shared/runtime/dead-letter.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { redriveOfParked } from '../../../shared/runtime/redrive.ts';
import { accountFrom } from '../../../shared/store/accounts.ts';
import { chunkPaths } from '../../../shared/store/chunks.ts';
import { inboxPath, keepForGood } from '../../../shared/store/inbox.ts';
import {
  parkedFrom,
  parkedPath,
  writeParked,
  writeParkedState,
  writeWaitsNoMore,
} from '../../../shared/store/parked.ts';

/** Keeps what could not be processed: whole, with its reason, until an operator redrives or drops it. */
export default onEvent({
  name: 'park-dead-letter',
  on: [messageParked, messageWaiting],
  publishes: kinds, // what waited for its account may be of any kind
  impact: 'What could not be processed waits in its topic unseen, and is lost when the topic forgets it.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  decide: (event, { deps, now }) =>
    event.type === 'message.parked' ? park(deps, event, now) : lookAgain(deps, event),
});

async function park(reads: Reads, { data, traceparent }: EventOf<typeof messageParked>, now: Date) {
  const { parkedId, function: name, message } = data;
  const event = eventIn({ data: Buffer.from(message.dataBase64, 'base64') });
  const document = await readOne(reads, parkedPath(parkedId));
  const handled = await reads.get(event ? [inboxPath(name, event.id)] : []);
  const chunks = await reads.get(handled.flatMap(chunkPaths));

  const cameBack = event?.to !== undefined;
  // A repeat may have got through while this one was given up. Where every try failed, what follows is still unpublished.
  const isHandled =
    data.reason !== ATTEMPTS_EXHAUSTED &&
    handled.some(
      ({ fields }) => fields !== undefined && fields.fingerprint === (event?.fingerprint ?? event?.id),
    );
  // What it waited for was there when it was redriven for it: the cause is another, and only a person can find it.
  const inVain = cameBack && parkedFrom(document)?.redrivenFor === data.waitsFor;
  const waitsFor = inVain || isHandled ? undefined : data.waitsFor;
  const at = { at: now.toISOString(), traceparent, cameBack, isHandled };
  // Of one that is on its way once more: what comes of that is told under its own name, and this word is older.
  const isOld = parkedFrom(document)?.state === 'redriven' && !cameBack && data.reason !== ATTEMPTS_EXHAUSTED;
  const parked = isOld ? [] : writeParked(document, at, { ...data, waitsFor });
  return {
    writes: [...parked, ...[...handled, ...chunks].flatMap(keepForGood)],
    // It may have come while this was being parked, and whoever looked for what waits did not find this yet.
    events: waitsFor ? [draft(messageWaiting, { subject: waitsFor, data: { parkedId, waitsFor } })] : [],
  };
}

/** Redrives what waits for an account that is there by now; else `redrive-waiting` does once the account opens. */
async function lookAgain(reads: Reads, { data }: EventOf<typeof messageWaiting>) {
  const { parkedId, waitsFor } = data;
  const account = accountFrom(await readOne(reads, waitsFor));
  if (account?.openedAt === undefined) return {};
  const document = await readOne(reads, parkedPath(parkedId));
  const parked = parkedFrom(document);
  if (parked?.state !== 'waiting' || parked.waitsFor !== waitsFor) return {};
  const redrive = await redriveOfParked(reads, document);
  if (redrive.kind === 'useless') return { writes: [writeWaitsNoMore(document)] };
  return { writes: [writeParkedState(document, 'redriven', waitsFor)], redrives: [redrive.message] };
}
