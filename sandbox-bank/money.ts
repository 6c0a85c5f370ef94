import * as z from 'zod';

/** How many decimals one major unit has at this bank, by currency: as in ISO 4217. */
export const decimalsOf = { DKK: 2, SEK: 2, NOK: 2, EUR: 2, GBP: 2, USD: 2, JPY: 0, HUF: 2, CLP: 0 } as const;

export type Currency = keyof typeof decimalsOf;
export type Direction = 'credit' | 'debit';

const currencies = Object.keys(decimalsOf) as [Currency, ...Currency[]];
export const currency = z.enum(currencies, { error: `must be one of ${currencies.join(', ')}` });
export const direction = z.enum(['credit', 'debit'], { error: 'must be credit or debit' });

/** An amount on the wire: positive, in minor units, as digits, because JSON numbers lose cents above 2^53. */
export const amount = z.object({ amountMinor: z.string().regex(/^[1-9]\d{0,17}$/), currency });

/** A balance on the wire, which may be below zero, or zero. */
export const signedAmount = z.object({ amountMinor: z.string().regex(/^(0|-?[1-9]\d*)$/), currency });

/** Puts minor units into wire form, in the currency of the account that they move on. */
export function amountOf(account: { currency: Currency }, amountMinor: bigint): z.infer<typeof amount> {
  return { amountMinor: String(amountMinor), currency: account.currency };
}
