import { z } from 'zod';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
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
    const [document] = await deps.get([parkedPath(event.id)]);
    if (!document) throw new Error('store.short-answer');
    const at = { parkedAt: now.toISOString(), traceparent: event.traceparent };
    return { writes: writeParked(document, at, event.data) };
  },
});
