import type { Bug } from './bug.ts';
import { cardBugs } from './cards.ts';
import { coherenceBugs } from './coherence.ts';
import { doorBugs } from './doors.ts';
import { ledgerBugs } from './ledger.ts';
import { notificationBugs } from './notifications.ts';
import { paymentBugs } from './payments.ts';
import { runtimeBugs } from './runtime.ts';

/** Every bug that is planted. */
export const BUGS: readonly Bug[] = [
  ...runtimeBugs,
  ...ledgerBugs,
  ...cardBugs,
  ...doorBugs,
  ...notificationBugs,
  ...coherenceBugs,
  ...paymentBugs,
];
