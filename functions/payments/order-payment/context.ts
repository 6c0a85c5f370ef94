import * as z from 'zod';
import type { Reads } from '../../../shared/platform/platform.ts';
import { authenticateVariables } from '../../../shared/runtime/payment-request.ts';
import { reserveVariables } from '../../../shared/runtime/reserve.ts';

export const config = z.object({
  ...reserveVariables,
  ...authenticateVariables,
});

export type Context = {
  readonly deps: { readonly reads: Reads; readonly config: z.output<typeof config> };
  readonly now: Date;
};
