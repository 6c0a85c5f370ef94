import * as z from 'zod';
import { instant } from './event.ts';

/** A read of a bank's list of events that is not over: its window, by the bank's clock, and the last event that was read. */
export const unfinishedRead = z.object({ since: instant, until: instant, after: z.string() });
