import * as z from 'zod';
import type { BankApi } from '../../../shared/banks/bank.ts';
import { apiVariables } from '../../../shared/banks/index.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { passkeyVariables } from '../../../shared/runtime/passkey-proof.ts';
import { authenticateVariables } from '../../../shared/runtime/payment-request.ts';
import { reserveVariables } from '../../../shared/runtime/reserve.ts';

export const config = z.object({
  ...apiVariables,
  ...reserveVariables,
  ...passkeyVariables,
  ...authenticateVariables,
});

export type Context = {
  readonly deps: {
    readonly reads: Reads;
    readonly apis: ReadonlyMap<string, Pick<BankApi, 'verifyPayee'>>;
    readonly config: z.output<typeof config>;
  };
  readonly now: Date;
};
