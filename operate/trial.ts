import { messageParked } from '../shared/events/dead-letters.ts';
import type { Event, Topic } from '../shared/events/event.ts';
import type { Platform } from '../shared/platform/platform.ts';
import { eventIn, parkedId } from '../shared/runtime/dead-letter.ts';
import type { EventFunction } from '../shared/runtime/declared.ts';
import { type Outgoing, toMessage } from '../shared/runtime/outgoing.ts';
import { type Change, capturing } from './capture.ts';
import { configOf, quietEnv } from './here.ts';

export type FollowUp = { readonly topic: Topic; readonly event: Event };

/** What would come of a message at its function. */
export type Trial =
  | {
      readonly kind: 'handled';
      readonly changes: readonly Change[];
      readonly events: readonly FollowUp[];
    }
  /** The function has handled it before: what follows from it would only be published once more. */
  | { readonly kind: 'repeated'; readonly events: readonly FollowUp[] }
  | {
      readonly kind: 'parked';
      readonly reason: string;
      readonly facts: Readonly<Record<string, string | number>>;
    }
  /** It would be tried again, and parked in the end. */
  | { readonly kind: 'failed'; readonly error: Error };

/**
 * Runs the function's own `decide` here against what is stored, and keeps to itself what it would write and publish.
 * Throws a `Refusal` for a function that calls someone outside.
 */
export async function tryOut(platform: Platform, fn: EventFunction, { event }: Outgoing): Promise<Trial> {
  const captured = capturing(platform);
  const receive = fn.start(quietEnv(captured.platform), configOf(fn));
  const message = toMessage(event);
  const error = await receive(message).then(
    () => undefined,
    (failure: Error) => failure,
  );
  if (error) return { kind: 'failed', error };
  const events = captured.published.flatMap(({ topic, message: sent }) => {
    const followUp = eventIn(sent);
    return followUp ? [{ topic, event: followUp }] : [];
  });
  const again = events.map(parkedAgain).find((data) => data?.parkedId === parkedId(fn.name, message, event));
  if (again) return { kind: 'parked', reason: again.reason, facts: again.facts };
  const [changes] = captured.commits;
  if (!changes) return { kind: 'repeated', events };
  return { kind: 'handled', events, changes: changes.filter(({ path }) => !path.startsWith('inbox/')) };
}

function parkedAgain({ event }: { event: Event }) {
  return event.type === messageParked.type ? messageParked.data.parse(event.data) : undefined;
}
