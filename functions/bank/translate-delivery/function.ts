import * as z from 'zod';
import type { Unreadable } from '../../../shared/banks/bank.ts';
import { bankNamed } from '../../../shared/banks/index.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { bankFacts } from '../../../shared/events/bank-facts.ts';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import { deliveryIdOf } from '../../../shared/events/delivery.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { parkedId } from '../../../shared/runtime/dead-letter.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { toMessage } from '../../../shared/runtime/outgoing.ts';

/** Says in canonical facts what a delivery says in its bank's words; what it cannot read is parked alone. */
export default onEvent({
  name: 'translate-delivery',
  on: [deliveryReceived],
  publishes: [...bankFacts, messageParked, deliveryReceived],
  impact: 'Nothing new reaches balances and feeds; it all arrives once this works again.',
  config: z.object({}),
  connect: () => ({}),
  async decide(event) {
    const bank = bankNamed(event.data.bank);
    if (!bank) throw new PermanentError('bank.unknown', { bank: event.data.bank });
    const body = Buffer.from(event.data.bodyBase64, 'base64');
    const { facts, unreadable, more } = bank.translate({ ...event.data, body });
    // What was cut out already is parked as it is, and leaves no trace here: a redrive reads it afresh.
    const [first] = unreadable;
    if (first && body.equals(first.body)) {
      throw new PermanentError(first.reason, { deliveryId: event.data.deliveryId, ...first.facts });
    }
    return {
      events: [
        ...facts,
        ...unreadable.map((each) => parked(event, each)),
        ...more.map((rest, n) => partOf(event, rest, n + 1)),
      ],
    };
  },
});

type Delivery = EventOf<typeof deliveryReceived>;

/** What one commit cannot hold of a long delivery is translated by itself. */
function partOf({ id, data }: Delivery, body: Uint8Array, part: number) {
  const bodyBase64 = Buffer.from(body).toString('base64');
  const content = { ...data, bodyBase64, part };
  return draft(deliveryReceived, { subject: data.deliveryId, id: idFrom('dlv', id, part), data: content });
}

/** Parks one event as a delivery of its own, so that a redrive translates just that one again. */
function parked(event: Delivery, { reason, facts, body }: Unreadable) {
  // However often, and in whatever delivery, the bank sends the event: it is parked once.
  const id = deliveryIdOf(event.data.bank, body);
  const data = { ...event.data, bodyBase64: Buffer.from(body).toString('base64') };
  const { data: bytes, attributes } = toMessage({ ...event, id, data });
  return draft(messageParked, {
    subject: 'translate-delivery',
    data: {
      parkedId: parkedId('translate-delivery', { data: bytes, attributes }, { ...event, id }),
      function: 'translate-delivery',
      reason,
      facts: { deliveryId: event.data.deliveryId, ...facts },
      attempts: 1,
      message: { dataBase64: Buffer.from(bytes).toString('base64'), attributes: { ...attributes } },
    },
  });
}
