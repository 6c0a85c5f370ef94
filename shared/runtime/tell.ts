import type { notificationRequested } from '../events/notifications.ts';
import type { Decision } from './on-event.ts';

type Told = Decision<typeof notificationRequested>;

/** What several customers are told, as one decision; who is named twice is told once. */
export async function tellEach(
  customerIds: readonly string[],
  tell: (customerId: string) => Promise<Told>,
): Promise<Told> {
  return together(await Promise.all([...new Set(customerIds)].map(tell)));
}

/** Several decisions as one. */
export function together(decisions: readonly Told[]): Told {
  return {
    writes: decisions.flatMap(({ writes = [] }) => writes),
    events: decisions.flatMap(({ events = [] }) => events),
  };
}
