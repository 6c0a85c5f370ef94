import { z } from 'zod';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { eventIn } from '../../../shared/runtime/dead-letter.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { chunkPaths } from '../../../shared/store/chunks.ts';
import { inboxPath, keepForGood } from '../../../shared/store/inbox.ts';
import { parkedPath, writeParked } from '../../../shared/store/parked.ts';

/** Keeps what could not be processed: whole, with its reason, until an operator redrives or drops it. */
export default onEvent({
  name: 'park-dead-letter',
  on: [messageParked],
  publishes: [],
  impact: 'What could not be processed waits in its topic unseen, and is lost when the topic forgets it.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide(event, { deps, now }) {
    const { parkedId, function: name, message } = event.data;
    const parked = eventIn({ data: Buffer.from(message.dataBase64, 'base64') });
    const document = await readOne(deps, parkedPath(parkedId));
    const handled = await deps.get(parked ? [inboxPath(name, parked.id)] : []);
    const chunks = await deps.get(handled.flatMap(chunkPaths));
    const at = { parkedAt: now.toISOString(), traceparent: event.traceparent };
    const kept = [...handled, ...chunks].flatMap(keepForGood);
    return { writes: [...writeParked(document, at, event.data), ...kept] };
  },
});
