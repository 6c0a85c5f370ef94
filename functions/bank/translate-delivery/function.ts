import { z } from 'zod';
import type { Unreadable } from '../../../shared/banks/bank.ts';
import { bankNamed } from '../../../shared/banks/index.ts';
import { PermanentError } from '../../../shared/errors.ts';
import { bankFacts } from '../../../shared/events/bank-facts.ts';
import { messageParked } from '../../../shared/events/dead-letters.ts';
import { draft, type EventOf } from '../../../shared/events/event.ts';
import { idFrom } from '../../../shared/events/id.ts';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { toMessage } from '../../../shared/runtime/outgoing.ts';

/** Says in canonical facts what a delivery says in its bank's words; what it cannot read is parked alone. */
export default onEvent({
  name: 'translate-delivery',
  on: [deliveryReceived],
  publishes: [...bankFacts, messageParked],
  impact: 'Nothing new reaches balances and feeds; it all arrives once this works again.',
  config: z.object({}),
  connect: () => ({}),
  async decide(event) {
    const bank = bankNamed(event.data.bank);
    if (!bank) throw new PermanentError('bank.unknown', { bank: event.data.bank });
    const body = Buffer.from(event.data.bodyBase64, 'base64');
    const { facts, unreadable } = bank.translate({ ...event.data, body });
    return { events: [...facts, ...unreadable.map((each, n) => parked(event, each, n))] };
  },
});

/** Parks one event as a delivery of its own, so that a redrive translates just that one again. */
function parked(event: EventOf<typeof deliveryReceived>, { reason, facts, body }: Unreadable, n: number) {
  const id = idFrom('dlv', event.id, 'unreadable', n);
  const data = { ...event.data, bodyBase64: Buffer.from(body).toString('base64') };
  const { data: bytes, attributes } = toMessage({ ...event, id, data });
  return draft(messageParked, {
    subject: 'translate-delivery',
    data: {
      function: 'translate-delivery',
      reason,
      facts: { deliveryId: event.data.deliveryId, ...facts },
      attempts: 1,
      message: { dataBase64: Buffer.from(bytes).toString('base64'), attributes: { ...attributes } },
    },
  });
}
