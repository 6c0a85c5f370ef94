import { BOUNDS } from '../manifest/bounds.ts';

/**
 * What nobody measured here: what customers do, and how Cloud Run is used. Whoever knows better says so by a flag, or here.
 */
export const ASSUMED = {
  cardPaymentsADay: {
    value: 1,
    what: 'card payments a customer makes a day, each authorised and later cleared',
    why: 'between 1.2 of an adult Dane in 2018 ([Nationalbanken](http://www.nationalbanken.dk/en/statistics/find_statistics/Pages/Payments-20190301.aspx)) and 0.7 of an inhabitant of the euro area, from 44.0 billion in the first half of 2025 ([ECB](https://www.einpresswire.com/article/887631336/payments-statistics-first-half-of-2025))',
  },
  transfersAMonth: {
    value: 12,
    what: 'transfers and direct debits booked to a customer’s account a month, in and out',
    why: 'the same release of the ECB: 36 % of 77.7 billion in half a year are 13 a month for an inhabitant, companies included',
  },
  appOpensADay: {
    value: 1,
    what: 'times a day that a customer opens the app: accounts and a first page of the feed',
    why: '17.5 log-ins a month in 2015 ([CU Times](https://cutimes.com/2015/06/26/mobile-bankers-checking-balances-malauzai)); an app that pushes is opened more often',
  },
  listOpensADay: {
    value: 0.2,
    what: 'times a day that a customer opens the list of notifications',
    why: 'our guess: one opening in five',
  },
  peakFactor: {
    value: 10,
    what: 'times the average at the peak, on the evening of the day on which salaries come',
    why: 'our guess: a day’s traffic in ten hours, its busiest hour twice that, a salary day twice again. It also covers a salary for each customer, booked within an hour and a half',
  },
  unlinkedShare: {
    value: 0.05,
    what: 'share of clearings that name no authorisation',
    why: 'our guess: banks and schemes differ',
  },
  repeatedShare: {
    value: 0.01,
    what: 'share of events that the bank, or Pub/Sub, delivers a second time',
    why: 'our guess; both promise at least once. Priced as a transfer that is told again',
  },
  forgottenShare: {
    value: 0.01,
    what: 'share of authorisations that the bank neither clears nor gives up within their time',
    why: 'our guess: what a bank forgets, expire-holds releases',
  },
  pooledShare: {
    value: 0.1,
    what: 'share of all transfers that one pooled account takes',
    why: 'our guess: the account of a platform or of an employer',
  },
  concurrency: {
    value: BOUNDS.event.concurrency,
    what: 'messages at once in one instance of an event function',
    why: 'as deployed: `knative/base`',
  },
  utilisation: {
    value: 0.6,
    what: 'share of an instance’s vCPU that is used when another is started',
    why: 'Cloud Run’s own default target ([about instance autoscaling](https://docs.cloud.google.com/run/docs/about-instance-autoscaling))',
  },
  latencyMs: {
    value: 100,
    what: 'milliseconds from a push to its answer, mostly waiting for Firestore',
    why: 'our guess: two or three round trips within a region, and a publish. Cloud Run rounds up to as much',
  },
} as const;

export type Assumptions = { readonly customers: number } & {
  readonly [Name in keyof typeof ASSUMED]: number;
};

/** As assumed, but for what is told otherwise. */
export function assume(
  customers: number,
  otherwise: Partial<Omit<Assumptions, 'customers'>> = {},
): Assumptions {
  const values = Object.fromEntries(Object.entries(ASSUMED).map(([name, { value }]) => [name, value]));
  return { ...(values as Omit<Assumptions, 'customers'>), ...otherwise, customers };
}
