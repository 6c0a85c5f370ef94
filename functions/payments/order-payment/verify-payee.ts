import * as z from 'zod';
import { readBody } from '../../../shared/runtime/body.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import { ownAccount } from '../../../shared/runtime/own-account.ts';
import { accountId, iban, name } from '../../../shared/runtime/payment-request.ts';
import type { Context } from './context.ts';

/** The body of a verification. */
export const payee = z.strictObject({ accountId, name, iban });

/**
 * Whether the name is that of the IBAN's holder, as the bank of the account that would pay says it (verification of payee,
 * regulation (EU) 2024/886). A bank that cannot say, or does not answer, makes it `not-possible`; whether to pay all the
 * same is the customer's to decide.
 */
export async function verifyPayee(request: Request, { deps: { reads, apis } }: Context) {
  const asked = readBody(payee, request.rawBody);
  const account = await ownAccount(reads, asked.accountId, request.uid);
  const { name: holder, iban: number } = asked;
  const answer = await apis
    .get(account.bank)
    ?.verifyPayee({ name: holder, iban: number })
    .catch(() => undefined);
  return { status: 200, body: answer ?? { match: 'not-possible' } };
}
