import { authorised, balance, cleared, opened, pendingList, refunded, transfer } from './words.ts';

/** A little of everything; -360.00 - 5,000.00 + 40.00 booked, and 12.00 and 30.00 held. */
export const life = [
  opened(),
  authorised('auth-1', '32000', { at: '20T09:00' }),
  cleared('clr-1', '36000', { of: 'auth-1', at: '21T09:00', final: true }),
  refunded('ref-1', '4000', { clearingId: 'clr-1', at: '22T09:00' }),
  authorised('auth-2', '1200', { at: '22T10:00' }),
  transfer('booked', 'trf-1', '500000', { at: '22T11:00' }),
  pendingList('22T12:00', [['Tog', '3000']]),
  balance({ booked: '-532000', available: '-536200' }, { sequence: 4 }),
];

/** What Ann’s app sees of it. */
export const END = {
  bookedMinor: '-532000',
  heldMinor: '4200',
  availableMinor: '-536200',
  bankAvailableMinor: '-536200',
};
