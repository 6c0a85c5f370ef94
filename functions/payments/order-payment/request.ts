import * as z from 'zod';
import { plainDate } from '../../../shared/events/event.ts';
import { instruction } from '../../../shared/runtime/payment-request.ts';

// What SEPA's clearing takes of a reference (EPC217-08, best practices), and ISO 20022's lengths.
const REFERENCE = /^(?!\/)(?!.*\/\/)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<!\/)$/;

/** The body of an order. */
export const order = z.strictObject({
  ...instruction,
  endToEndId: z.string().regex(REFERENCE, 'up to 35 of the characters that SEPA takes').optional(),
  requestedExecutionDate: plainDate.optional(),
});
