import { config } from '../../functions/payments/order-payment/context.ts';
import { banks } from '../../shared/banks/index.ts';
import { decimalOf, exponentOf } from '../../shared/domain/currency.ts';
import {
  ISO_STATUSES,
  type IsoStatus,
  isCancellable,
  MAY_FOLLOW,
  type PaymentState,
  stateOf,
} from '../../shared/domain/payment.ts';
import { otherStates, paymentStates } from './payment-states.ts';

export const PAYMENTS = 'docs/payments.md';

/** The page about payments, with all that stands between its marks made anew from the code. */
export function paymentsPage(page: string): string {
  return Object.entries(MADE).reduce((text, [name, made]) => {
    const between = new RegExp(`(<!-- made: ${name}; .*? -->\n)[\\s\\S]*?(<!-- end: ${name} -->)`);
    if (!between.test(text)) throw new Error(`${PAYMENTS} has no place for ${name}`);
    return text.replace(between, (_, begin: string, end: string) => `${begin}${made()}\n${end}`);
  }, page);
}

const MADE = {
  drawing: () => paymentStates(),
  others: otherStates,
  states,
  statuses,
  limits,
  schemes,
} as const;

/** What each state means, who moves a payment there, and what that is to its money. */
const MEANS: Readonly<Record<PaymentState, readonly [meaning: string, by: string, money: string]>> = {
  'awaiting-authorisation': ['the customer is to authorise it', 'order-payment', 'free'],
  scheduled: ['it is for a later day', 'order-payment', 'free'],
  requested: ['it is taken on, and goes to the bank at once', 'order-payment', 'reserved'],
  submitting: ['the bank is being called', 'release-payment', 'reserved'],
  unknown: ['the call had no answer: the bank may have it or not', 'submit-payment', 'reserved or held'],
  submitted: ['the bank has it', 'the bank', 'reserved or held'],
  pending: ['the bank is looking at it', 'the bank', 'reserved or held'],
  settling: ['the bank is carrying it out', 'the bank', 'reserved or held'],
  held: ['the bank has stopped it, and may go on', 'the bank', 'reserved or held'],
  sent: ['the money has left the account', 'the bank', 'booked'],
  credited: ['the creditor has it', 'the bank', 'booked'],
  rejected: [
    'it will not be paid; `reason` says why',
    'the bank, release-payment, resolve-unknown-payments',
    'free',
  ],
  cancelled: ['it was taken back in time', 'order-payment, the bank', 'free'],
  returned: ['it was sent, and came back, perhaps less charges', 'the bank', 'booked both ways'],
};

function states(): string {
  const rows = (Object.keys(MAY_FOLLOW) as PaymentState[]).map((state) => [
    `\`${state}\``,
    ...MEANS[state],
    isCancellable(state) ? 'in time' : 'too late',
  ]);
  return table(['state', 'what it means', 'who moves it there', 'its money', 'a cancel is'], rows);
}

function statuses(): string {
  const rows = ISO_STATUSES.map((status) => [status, ISO_NAMES[status], `\`${stateSaidBy(status)}\``]);
  return table(['the bank says', 'by its name in ISO 20022', 'and the payment is'], rows);
}

function stateSaidBy(isoStatus: IsoStatus): PaymentState {
  return stateOf({ steps: [], words: { said: { kind: 'status', isoStatus, at: '' } } });
}

// Source: ISO 20022 external code set ExternalPaymentTransactionStatus1Code.
const ISO_NAMES: Readonly<Record<IsoStatus, string>> = {
  RCVD: 'Received',
  ACTC: 'AcceptedTechnicalValidation',
  PATC: 'PartiallyAcceptedTechnicalCorrect',
  ACCP: 'AcceptedCustomerProfile',
  ACFC: 'AcceptedFundsChecked',
  ACFW: 'AcceptedAndForwarded',
  PDNG: 'Pending',
  ACWP: 'AcceptedWithoutPosting',
  BLCK: 'Blocked',
  ACSP: 'AcceptedSettlementInProcess',
  ACPD: 'AcceptedClearingProcessed',
  ACWC: 'AcceptedWithChange',
  CANC: 'Cancelled',
  RJCT: 'Rejected',
  ACSC: 'AcceptedSettlementCompletedDebitorAccount',
  ACCC: 'AcceptedSettlementCompletedCreditorAccount',
};

function limits(): string {
  const { PAYMENT_LIMITS, SCA_FROM } = config.pick({ PAYMENT_LIMITS: true, SCA_FROM: true }).parse({});
  const rows = Object.entries(PAYMENT_LIMITS).map(([currency, each]) => {
    const figures = [each.paymentMinor, each.dayMinor, each.customerDayMinor, SCA_FROM[currency] ?? 0n];
    return [currency, ...figures.map((minor) => inThousands(decimalOf(minor, exponentOf(currency) ?? 0)))];
  });
  return table(['currency', 'a payment', 'an account’s day', 'a customer’s day', 'authorised from'], rows);
}

function inThousands(decimal: string): string {
  return decimal.replaceAll(/\B(?=(\d{3})+\.)/g, ',');
}

function schemes(): string {
  const rows = banks.flatMap(({ name, payments }) =>
    Object.entries(payments?.schemes ?? {}).map(([scheme, { calendar, cutOff }]) => [
      ...[name, `\`${scheme}\``],
      calendar ? `bank days (${calendar})` : 'any day',
      cutOff ? `${cutOff}, ${payments?.timeZone}` : 'none',
      `${(payments?.keyLifetimeSeconds ?? 0) / 3600} h`,
    ]),
  );
  return table(['bank', 'scheme', 'carried out on', 'cut-off', 'remembers a key'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [lines[0], `|${'---|'.repeat(head.length)}`, ...lines.slice(1)].join('\n');
}
