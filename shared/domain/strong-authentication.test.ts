import { describe, expect, test } from 'vitest';
import {
  authenticatedSeriesText,
  authenticatedText,
  needsAuthentication,
  registrationText,
} from './strong-authentication.ts';

const from = { DKK: 100_000n };
const asked = (amountMinor: bigint, currency = 'DKK', scheme: 'domestic' | 'own-account' = 'domestic') =>
  needsAuthentication({ amount: { amountMinor, currency }, scheme }, from);

describe('a payment', () => {
  test('is authenticated from its currency’s limit on, and always in a currency that has none', () => {
    expect([asked(99_999n), asked(100_000n), asked(1n, 'EUR')]).toEqual([false, true, true]);
  });

  test('to the customer’s own account never is', () => {
    expect(asked(1_000_000n, 'DKK', 'own-account')).toBe(false);
    expect(asked(1_000_000n, 'EUR', 'own-account')).toBe(false);
  });
});

describe('what is authenticated', () => {
  const order = { id: 'pay_1', accountId: 'acct-1', amount: { amountMinor: 123_456n, currency: 'DKK' } };
  const text = (creditor: Parameters<typeof authenticatedText>[0]['creditor']) =>
    authenticatedText({ ...order, creditor }, { nonce: 'n' });
  const accountNumber = { registrationNumber: '5000', accountNumber: '400440116' };

  test('is the payment, who pays how much, and who is paid', () => {
    expect(text({ name: 'Udlejer', iban: 'DK5000400440116243' })).toBe(
      '["payment","pay_1","acct-1","123456","DKK","iban","DK5000400440116243","Udlejer","n"]',
    );
    expect(text({ name: 'Udlejer', accountNumber })).toBe(
      '["payment","pay_1","acct-1","123456","DKK","number","5000","400440116","Udlejer","n"]',
    );
    expect(text({ accountId: 'acct-2' })).toBe(
      '["payment","pay_1","acct-1","123456","DKK","account","acct-2","n"]',
    );
  });

  test('cannot be written by a name', () => {
    expect(text({ name: 'Udlejer","n', iban: 'DK5000400440116243' })).toBe(
      '["payment","pay_1","acct-1","123456","DKK","iban","DK5000400440116243","Udlejer\\",\\"n","n"]',
    );
  });

  test('of a standing order is also when it is paid, with nothing left to a default', () => {
    const series = { ...order, id: 'sto_1', creditor: { accountId: 'acct-2' } };
    const monthly = { every: 'month', interval: 1, startsOn: '2026-12-31' } as const;
    expect(authenticatedSeriesText({ ...series, schedule: monthly }, { nonce: 'n' })).toBe(
      '["standing-order","sto_1","acct-1","123456","DKK","account","acct-2","month",1,"2026-12-31",null,false,"following","n"]',
    );
    const until = { ...monthly, endsOn: '2027-12-31', atMonthEnd: true };
    const text = authenticatedSeriesText(
      { ...series, schedule: until, convention: 'preceding' },
      { nonce: 'n' },
    );
    expect(text).toBe(
      '["standing-order","sto_1","acct-1","123456","DKK","account","acct-2","month",1,"2026-12-31","2027-12-31",true,"preceding","n"]',
    );
  });

  test('of a passkey is whose it is to be, and which registration', () => {
    expect(registrationText('uid-ann', { nonce: 'n' })).toBe('["passkey","uid-ann","n"]');
  });
});
