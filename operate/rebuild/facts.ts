import { bankNamed } from '../../shared/banks/index.ts';
import { PermanentError } from '../../shared/errors.ts';
import { bankFacts } from '../../shared/events/bank-facts.ts';
import type { Event } from '../../shared/events/event.ts';
import { idFrom } from '../../shared/events/id.ts';
import type { EventFunction } from '../../shared/runtime/declared.ts';
import { outgoing } from '../../shared/runtime/outgoing.ts';
import { childOf } from '../../shared/runtime/telemetry.ts';
import type { Delivery } from '../../shared/store/deliveries.ts';

/** What a delivery says that the function listens to, under the ids that it had when it came. */
export type Facts = {
  readonly events: readonly Event[];
  /** Why nothing more could be read of it: it was parked when it came. */
  readonly refused?: string;
};

export function factsFor(fn: EventFunction, delivery: Delivery): Facts {
  const wanted = new Set(fn.on.map(({ type }) => type));
  try {
    const events = factsOf(delivery);
    return { events: events.filter(({ type }) => wanted.has(type)) };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { events: [], refused: error.code };
  }
}

/** The whole delivery, its later parts too, each of which had a cause of its own. */
export function factsOf(
  delivery: Delivery,
  body: Uint8Array = delivery.body,
  cause: string = delivery.deliveryId,
): Event[] {
  const bank = bankNamed(delivery.bank);
  if (!bank) throw new PermanentError('bank.unknown', { bank: delivery.bank });
  const { facts, more } = bank.translate({ ...delivery, body });
  const { traceparent } = childOf(undefined);
  const by = {
    functionName: 'translate-delivery',
    cause,
    publishes: bankFacts,
    traceparent,
    now: new Date(delivery.receivedAt),
  };
  const first = outgoing(by, facts).map(({ event }) => event);
  const rest = more.flatMap((part, n) => factsOf(delivery, part, idFrom('dlv', cause, n + 1)));
  return [...first, ...rest];
}
