import * as z from 'zod';
import type { BankApi } from '../../../shared/banks/bank.ts';
import { apiVariables } from '../../../shared/banks/index.ts';
import { currencyCode, minorUnits } from '../../../shared/events/event.ts';
import type { Reads } from '../../../shared/platform/platform.ts';
import { passkeyVariables } from '../../../shared/runtime/passkey-proof.ts';
import { reserveVariables } from '../../../shared/runtime/reserve.ts';

export const config = z.object({
  ...apiVariables,
  ...reserveVariables,
  ...passkeyVariables,
  /** From which amount on a payment is strongly authenticated, by currency, as JSON; in another currency it always is. */
  SCA_FROM: z
    .string()
    .default('{"DKK":"100000","EUR":"100000","GBP":"100000","NOK":"100000","SEK":"100000","USD":"100000"}')
    .transform((text) => z.record(currencyCode, minorUnits).parse(JSON.parse(text))),
});

export type Context = {
  readonly deps: {
    readonly reads: Reads;
    readonly apis: ReadonlyMap<string, Pick<BankApi, 'verifyPayee'>>;
    readonly config: z.output<typeof config>;
  };
  readonly now: Date;
};
