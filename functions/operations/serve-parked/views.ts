import type { Message } from '../../../shared/platform/platform.ts';
import { eventIn } from '../../../shared/runtime/dead-letter.ts';
import type { AuditEntry } from '../../../shared/store/audit.ts';
import type { Parked } from '../../../shared/store/parked.ts';

/** Why it is parked and since when: ids, codes and counts alone. */
export function parkedView({ attributes: _, redrivenFor: __, attempts, ...parked }: Parked) {
  return { ...parked, attempts: Number(attempts) };
}

/** The same with which event it is, and what operators did about it. */
export function wholeView(parked: Parked, message: Message, audit: readonly AuditEntry[]) {
  const event = eventIn(message);
  return {
    ...parkedView(parked),
    event: event && { id: event.id, type: event.type, time: event.time },
    bytes: message.data.length,
    audit: audit.map(({ at, by, action, why }) => ({ at, by, action, why })),
  };
}

/** What was delivered, as bytes and as it reads: personal data, given only to those who ask for it. */
export function rawView(message: Message) {
  const { data, attributes } = message;
  return { dataBase64: Buffer.from(data).toString('base64'), attributes, event: eventIn(message) };
}
