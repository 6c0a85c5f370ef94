import * as z from 'zod';

const share = z.number().min(0).max(1).default(0);
const laterMs = z.int().min(0).max(2_592_000_000).default(0); // 30 days

/**
 * What goes wrong with deliveries, lists, balances, statements and payments; all nothing by default. Shares are from 0 to 1.
 * An unknown name is refused, because a fault that silently never happens makes a test pass for nothing.
 */
export const faultsSchema = z.strictObject({
  seed: z.int().default(0),
  duplicate: share.describe('sent once more, as a delivery of its own with the same event ids'),
  retell: share.describe('told once more, as other events: all the same but the ids of the events'),
  reorder: share.describe('held back so that later ones overtake'),
  drop: share.describe('lost at the first try, and sent again later'),
  lose: share.describe('lost for good: never sent, in no form, though lists and books have it'),
  silent: z
    .boolean()
    .default(false)
    .describe('nothing goes out: what is told meanwhile is lost for good, what waited goes on waiting'),
  delayMs: z.int().min(0).max(60_000).default(0).describe('each waits anything up to this'),
  burstMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('what is due is held back, and sent all at once every so many ms; 0: sent when it is due'),
  skewSeconds: z
    .int()
    .min(-86_400)
    .max(86_400)
    .default(0)
    .describe('how wrong the clock in the timestamp is'),
  skewShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('whose first try the wrong clock stamps; below 1 a retry goes out by a clock that is right'),
  rotateEvery: z.int().min(0).default(0).describe('the next secret signs after so many deliveries; 0: never'),
  batch: z.int().min(0).max(500).default(1).describe('the most events in one delivery'),
  pageShrink: share.describe('pages of a list that hold fewer events than there are, one at least'),
  listLate: share.describe('events that are listed only later, at their own place'),
  listLateMs: z.int().min(0).max(86_400_000).default(0).describe("how much later, by the bank's clock"),
  listFail: share.describe('requests for a list that are answered with a 503'),
  wrongBalance: share.describe('balances that are off, as answered and as told; the books are right'),
  statement: z
    .enum(['right', 'line-more', 'line-less', 'other-amount'])
    .default('right')
    .describe('what is wrong with one line of each statement; its opening and closing are right'),
  paymentLate: share.describe('payments that are only held at first, and settle later'),
  paymentLateMs: laterMs.describe("how much later they settle, or are rejected, by the bank's clock"),
  paymentReject: share.describe('payments that are taken, and rejected later'),
  paymentReturn: share.describe('payments that are returned after they settled'),
  paymentReturnMs: laterMs.describe("how long after that, by the bank's clock"),
  paymentTimeoutBefore: share.describe('orders whose connection is cut, and nothing was taken'),
  paymentTimeoutAfter: share.describe(
    'orders that are taken, and then the connection is cut without an answer',
  ),
  paymentFail: share.describe('orders that are answered with a 503, and nothing was taken'),
  inquiryFail: share.describe('requests for payments that are answered with a 503'),
});

export type Faults = z.output<typeof faultsSchema>;
