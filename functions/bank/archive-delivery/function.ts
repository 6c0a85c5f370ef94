import * as z from 'zod';
import { deliveryReceived } from '../../../shared/events/partner-bank-webhooks.ts';
import { readOne } from '../../../shared/platform/platform.ts';
import { onEvent } from '../../../shared/runtime/on-event.ts';
import { createDelivery, deliveryPath } from '../../../shared/store/deliveries.ts';

/** Keeps every delivery's raw bytes as they were signed, so that any figure leads back to them. */
export default onEvent({
  name: 'archive-delivery',
  on: [deliveryReceived],
  publishes: [],
  impact:
    'Customers see nothing of it; what the bank signed cannot be shown or replayed until it works again.',
  config: z.object({}),
  connect: ({ reads }) => reads,
  async decide({ data, traceparent }, { deps }) {
    const { bodyBase64, part, ...delivery } = data;
    if (part !== undefined) return {};
    const kept = await readOne(deps, deliveryPath(delivery.bank, delivery.deliveryId));
    // Archived under an inbox entry that has expired since: the same bytes, so there is nothing to add.
    if (kept.fields) return {};
    const body = Buffer.from(bodyBase64, 'base64');
    return { writes: createDelivery({ ...delivery, traceparent, body }) };
  },
});
