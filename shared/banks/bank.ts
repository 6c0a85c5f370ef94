import type { BankCalendar } from '../domain/bank-days.ts';
import type { Decision } from '../domain/direct-debit.ts';
import type { IsoStatus, PaymentOrder, Scheme } from '../domain/payment.ts';
import type { Statement } from '../domain/statement.ts';
import type { bankFacts } from '../events/bank-facts.ts';
import type { Draft } from '../events/event.ts';
import { idFrom } from '../events/id.ts';

/** What a bank posted, as it came in. */
export type Posted = {
  readonly method: string;
  /** Path and query, which some signatures cover. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Buffer;
  readonly now: Date;
  /** The live secrets or keys of this bank's signatures; several while one is being rotated. */
  readonly secrets: readonly string[];
};

/** By which of the live secrets or keys a delivery was signed, named by a digest of it, and when, by the bank's clock. */
export type Signature = { readonly key: string; readonly at: string };

/** What a secret or key is called where nobody may see it. */
export function keyName(secret: string): string {
  return idFrom('key', secret);
}

/**
 * - `accepted`: signed by the bank, and readable. `headers` are those worth keeping: allow-listed by the adapter.
 * - `unverified`: a 401. - `unreadable`: signed, but nobody could read it: a 400.
 */
export type Verdict =
  | {
      readonly kind: 'accepted';
      readonly headers: Readonly<Record<string, string>>;
      readonly signature: Signature;
    }
  | { readonly kind: 'unverified'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

export type Delivery = {
  readonly bank: string;
  readonly deliveryId: string;
  readonly receivedAt: string;
  readonly body: Uint8Array;
};

export type BankFact = Draft<(typeof bankFacts)[number]>;

/** A page of what a bank wrote down that happened, oldest first. */
export type EventsPage = {
  readonly events: readonly ListedEvent[];
  /** What the next page goes on after; undefined where nothing follows. */
  readonly nextAfter: string | undefined;
  /** When it was asked, by the bank's clock. */
  readonly asOf: string;
};

export type ListedEvent = {
  readonly occurredAt: string;
  /** The event alone, as the body of a delivery. */
  readonly body: Uint8Array;
};

/** Events that occurred since an instant, and before another, of one account or of all. */
export type Window = {
  readonly accountId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

/** What a bank says that an account has booked, signed minor units as of an instant by its own clock. */
export type BookedAtBank = {
  readonly bookedMinor: bigint;
  readonly currency: string;
  readonly asOf: string;
};

/** One request to a bank's API, a GET unless told otherwise. Rejects where no whole answer came in time. */
export type Ask = (
  url: string,
  request?: {
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  },
) => Promise<{ readonly status: number; readonly body: string }>;

/** What a bank says of a payment when it is asked, or told to carry one out. */
export type PaymentSaid = {
  readonly isoStatus: IsoStatus;
  /** A code of ISO 20022's, or the bank's own. */
  readonly reason?: string | undefined;
  /** By the bank's clock; where it refused at once it has none, and took nothing. */
  readonly at?: string | undefined;
  readonly bankPaymentId?: string | undefined;
};

/** What a bank says of a name beside an IBAN (verification of payee); `name` only of one that comes close. */
export type PayeeVerified = {
  readonly match: 'match' | 'close-match' | 'no-match' | 'not-possible';
  readonly name?: string | undefined;
};

/** What a bank says of a customer's decision; `reason` is the bank's code of why it will not have it. */
export type Decided = { readonly kind: 'taken' } | { readonly kind: 'refused'; readonly reason: string };

/** How a bank takes payments. */
export type PaymentTerms = {
  /** Its day is this zone's. */
  readonly timeZone: string;
  /** How long it remembers an idempotency key: past it the same order under the same key would pay a second time. */
  readonly keyLifetimeSeconds: number;
  readonly schemes: Readonly<Partial<Record<Scheme, SchemeTerms>>>;
};

/** When it carries payments of a scheme out: on any day at any hour, unless told otherwise. */
export type SchemeTerms = {
  readonly calendar?: BankCalendar | undefined;
  /** The first minute of a bank day that is too late for it, as in `16:00`. */
  readonly cutOff?: string | undefined;
};

/** What a bank can be asked. Each is one request; a bank that does not answer as it should is an error. */
export type BankApi = {
  events(window: Window, after: string | undefined): Promise<EventsPage>;
  /** Undefined where the bank does not know the account. */
  booked(accountId: string): Promise<BookedAtBank | undefined>;
  /** One day of an account; undefined where the bank has no statement of it. `date` is plain, in the bank's calendar. */
  statement(accountId: string, date: string): Promise<Statement | undefined>;
  /**
   * Has it carry out a payment, once for the key while it remembers that. A refusal is a word too (`RJCT`); where it
   * rejects, nobody knows whether the bank took it.
   */
  pay(order: PaymentOrder, idempotencyKey: string): Promise<PaymentSaid>;
  /** All that it knows under this id of ours, whatever it remembers of keys; nothing where it took no such payment. */
  paymentsNamed(paymentId: string): Promise<readonly PaymentSaid[]>;
  /** Asks it to have back what was sent; what comes of that it tells by a webhook. False where it will not ask. */
  recall(paymentId: string, reason: string, idempotencyKey: string): Promise<boolean>;
  /**
   * Has it carry out what a customer decided of a collection or a mandate, by the bank's own id of that, and once for the
   * key. What becomes of it is told by a webhook.
   */
  decide(decision: Decision, bankId: string, idempotencyKey: string): Promise<Decided>;
  verifyPayee(payee: { readonly name: string; readonly iban: string }): Promise<PayeeVerified>;
};

/** One event of a delivery that could not be read, cut out so that it is a delivery of its own. */
export type Unreadable = {
  readonly reason: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
};

/**
 * What any bank must answer. Signature, envelope and words differ by bank; what comes out does not. The body is bytes
 * throughout, so XML is as good as JSON. A delivery that only refers to resources is translated once a `fetch-`
 * function has fetched them and published what it got as a delivery of its own.
 */
export type Bank = {
  readonly name: string;
  /**
   * What it is to the accounts that it tells of: it books, or it only holds, as a card processor beside a core bank
   * that tells of the same purchases by entries of its own.
   */
  readonly role: 'books' | 'holds';
  /** Whether this can be a secret or key of its signatures, so that a wrong one is refused when we start. */
  isSecret(secret: string): boolean;
  /** Checks the signature over the raw bytes first, then that the bytes can be read at all. */
  verify(posted: Posted): Verdict;
  /** The facts of one delivery in canonical words; pure, so the same delivery gives the same facts. */
  translate(delivery: Delivery): {
    readonly facts: readonly BankFact[];
    readonly unreadable: readonly Unreadable[];
    /** The rest of a long delivery, as bodies of deliveries that are translated by themselves. */
    readonly more: readonly Uint8Array[];
  };
  /** Where payments can be ordered from its accounts. */
  readonly payments?: PaymentTerms;
  /** Its API, where it has one, at this address. */
  readonly openApi?: (baseUrl: string, ask: Ask) => BankApi;
};
