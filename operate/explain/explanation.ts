import type { Check } from './deliveries.ts';

/** How a figure, a document or an event came about; plain data, as `--json` prints it. */
export type Explanation = {
  /** As in `transaction txn_…` and `project demo-counterfoil, the emulator at 127.0.0.1:8480`. */
  readonly subject: string;
  readonly environment: string;
  /** What is worth knowing, in sentences; what is wrong comes first. */
  readonly findings: readonly Finding[];
  readonly payments: readonly ExplainedPayment[];
  readonly transactions: readonly ExplainedTransaction[];
  readonly notifications: readonly ExplainedNotification[];
  readonly balances: readonly ExplainedBalance[];
  readonly deliveries: readonly ExplainedDelivery[];
  /** In the order in which they were done. */
  readonly handlings: readonly ExplainedHandling[];
  /** Where the local stack has them. */
  readonly spans: readonly ExplainedSpan[];
};

/** `right` was checked and holds, `wrong` does not; `note` is what happened. */
export type Finding = { readonly kind: 'right' | 'wrong' | 'note'; readonly text: string };

export type ExplainedPayment = {
  readonly id: string;
  readonly accountId: string;
  /** Who ordered it. */
  readonly customerId: string;
  readonly scheme: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly creditor: string;
  readonly orderedAt: string;
  readonly executesOn: string;
  readonly standingOrderId: string | undefined;
  readonly state: string;
  readonly reason: string | undefined;
  readonly returnedMinor: bigint;
  /** Our own steps and the bank’s words, the oldest first. */
  readonly moves: readonly ExplainedMove[];
  /** What is reserved for it now, and whether something should be. */
  readonly reservedMinor: bigint | undefined;
  readonly isToBeReserved: boolean;
  readonly transactionIds: readonly string[];
};

export type ExplainedMove = {
  readonly at: string;
  /** As in `submitting`, or `sent (ACSC)`. */
  readonly what: string;
  readonly reason: string | undefined;
  /** Who had it so, or by which way the bank said it. */
  readonly by: string;
  /** Of what the bank said. */
  readonly factId: string | undefined;
};

export type ExplainedTransaction = {
  readonly id: string;
  readonly accountId: string;
  readonly description: string;
  /** The payment of ours that made it. */
  readonly paymentId: string | undefined;
  readonly status: string;
  /** By currency, signed, in minor units. */
  readonly booked: Figures;
  readonly held: Figures;
  readonly parts: readonly ExplainedPart[];
};

/** Minor units by currency. */
export type Figures = Readonly<Record<string, bigint>>;

export type ExplainedPart = {
  readonly kind: string;
  /** The bank's own id of it. */
  readonly id: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly direction: string;
  readonly occurredAt: string;
  /** When it was recorded; undefined where no record is left. */
  readonly recordedAt: string | undefined;
  readonly factId: string | undefined;
  readonly deliveryId: string | undefined;
};

export type ExplainedNotification = {
  readonly id: string;
  readonly customerId: string;
  readonly title: string;
  readonly body: string;
  /** The pushes of it: to which device, and what came of each. */
  readonly pushes: readonly {
    readonly deviceId: string;
    readonly at: string | undefined;
    readonly outcome: string;
  }[];
};

export type ExplainedBalance = {
  readonly accountId: string;
  readonly currency: string;
  readonly figures: readonly ShardFigures[];
  /** Of all shards: what is stored, what the transactions sum to, and what the bank says. */
  readonly bookedMinor: bigint;
  readonly heldMinor: bigint;
  readonly partsBookedMinor: bigint;
  readonly partsHeldMinor: bigint;
  readonly asOf: string | undefined;
  readonly bank:
    | { readonly bookedMinor: bigint; readonly availableMinor?: bigint | undefined; readonly asOf: string }
    | undefined;
  /** How many transactions are in the sum; and the newest of them, or all where all are asked for. */
  readonly count: number;
  readonly newest: readonly {
    readonly id: string;
    readonly occurredAt: string;
    readonly description: string;
    readonly status: string;
    readonly bookedMinor: bigint;
    readonly heldMinor: bigint;
  }[];
};

export type ShardFigures = {
  readonly shard: string;
  readonly bookedMinor: bigint;
  readonly heldMinor: bigint;
  readonly partsBookedMinor: bigint;
  readonly partsHeldMinor: bigint;
};

export type ExplainedDelivery = {
  readonly id: string;
  readonly bank: string;
  readonly receivedAt: string;
  /** By which secret, named by its digest, and when, by the bank's clock. */
  readonly signature: { readonly key: string; readonly at: string } | undefined;
  /** Asked of the bank over its API, which signs nothing. */
  readonly isFetched: boolean;
  readonly check: Check;
  readonly headers: Readonly<Record<string, string>>;
  /** As they were signed: text where they are text, else base64. */
  readonly body: string;
  readonly isText: boolean;
  readonly traceId: string | undefined;
  /** Each time that the bank delivered these bytes, as far as logs tell. */
  readonly received: readonly { readonly at: string; readonly traceId: string | undefined }[];
};

export type ExplainedHandling = {
  readonly function: string;
  /** What came in, whole; the bytes of a delivery stand with the delivery. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly time: string;
    readonly data: unknown;
  };
  readonly state: 'handled' | 'parked' | 'redriven' | 'dropped' | 'no record';
  readonly at: string | undefined;
  readonly parked: { readonly id: string; readonly reason: string } | undefined;
  /** What it changes: each document before and after, as the events of this story alone make it. */
  readonly changes: readonly {
    readonly path: string;
    readonly how: 'new' | 'changed' | 'deleted';
    readonly lines: readonly string[];
  }[];
  /** Why that cannot be shown. */
  readonly unshown: string | undefined;
  readonly told: readonly {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly topic: string;
  }[];
  /** Each time that it was handed the event, as far as logs tell. */
  readonly attempts: readonly Attempt[];
};

/** One thing that a process did, as it told OpenTelemetry. */
export type ExplainedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly function: string;
  readonly name: string;
  readonly startedAt: string;
  readonly milliseconds: number;
  /** Among others how it ended: `counterfoil.outcome`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly error?: string | undefined;
};

export type Attempt = {
  readonly at: string;
  readonly outcome: string;
  readonly milliseconds: number | undefined;
  readonly traceId: string | undefined;
};
