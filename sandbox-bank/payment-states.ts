import * as z from 'zod';

// ISO 20022 ExternalPaymentTransactionStatus, as in a pain.002. PART is of files with many payments, and none is here.
const unsettled = [
  ...(['RCVD', 'ACTC', 'PATC', 'ACCP', 'ACFC', 'ACFW'] as const),
  ...(['PDNG', 'ACSP', 'ACPD', 'ACWC', 'ACWP', 'BLCK'] as const),
] as const;
const settled = ['ACSC', 'ACCC'] as const;
const over = ['RJCT', 'CANC'] as const;

/** The status of a payment, as an ISO 20022 code. */
export const isoStatus = z.enum([...unsettled, ...settled, ...over]);
export type IsoStatus = z.output<typeof isoStatus>;

/** Where its money is: held; booked, whatever may come back of it; or never moved. */
export function phaseOf(status: IsoStatus): 'unsettled' | 'settled' | 'over' {
  if (settled.some((one) => one === status)) return 'settled';
  return over.some((one) => one === status) ? 'over' : 'unsettled';
}

/** Until it settles a payment may take any way, and never again be only received; then ACSC may become ACCC, no more. */
export function mayFollow(next: IsoStatus, status: IsoStatus): boolean {
  if (phaseOf(status) === 'unsettled') return next !== status && next !== 'RCVD';
  return status === 'ACSC' && next === 'ACCC';
}

/** Whether no other status follows. The money may come back all the same: a return is no status. */
export function isTerminal(status: IsoStatus): boolean {
  return isoStatus.options.every((next) => !mayFollow(next, status));
}
