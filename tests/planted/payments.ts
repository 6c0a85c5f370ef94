import type { Bug } from './bug.ts';

const PAYMENT = 'shared/domain/payment.ts';
const FUNDS = 'shared/domain/funds.ts';
const RESERVE = 'shared/runtime/reserve.ts';
const WORD = 'shared/runtime/payment-word.ts';
const IDEMPOTENCY = 'shared/runtime/idempotency.ts';
const PAYING_ACCOUNT = 'shared/runtime/paying-account.ts';
const CANCEL = 'functions/payments/order-payment/cancel.ts';
const OWN_ACCOUNT = 'shared/runtime/own-account.ts';
const SUBMIT = 'functions/payments/submit-payment/function.ts';
const RESOLVE = 'functions/payments/resolve-unknown-payments/function.ts';
const RECORD = 'functions/ledger/record-transaction/function.ts';

/** Bugs of payments: money sent twice, lost between two books, or another's. */
export const paymentBugs: readonly Bug[] = [
  {
    name: 'a-new-key-for-each-call',
    foundBy: 'payments',
    law: 'once',
    what: 'Each call to the bank has a key of its own: a call that is made again pays again.',
    edits: [
      {
        file: SUBMIT,
        find: 'await api.pay(payment, id)',
        replace: 'await api.pay(payment, id + Math.random())',
      },
      { file: SUBMIT, find: '!awaitsBank(stateOf(payment)) || ', replace: '' },
    ],
  },
  {
    name: 'an-old-order-is-not-asked-for',
    foundBy: 'restored',
    law: 'unknown',
    what: 'What was paid after the time that the store was restored to is called under a key that the bank has forgotten.',
    edits: [
      {
        file: SUBMIT,
        find: 'mayBeForgotten(payment, terms, now)',
        replace: 'mayBeForgotten(payment, terms, new Date(payment.orderedAt))',
      },
    ],
  },
  {
    name: 'reserved-after-it-was-booked',
    foundBy: 'restored',
    law: 'mirror',
    what: 'What a standing order paid after the time that the store was restored to stays reserved for good.',
    edits: [
      {
        file: 'functions/payments/release-payment/function.ts',
        find: '(await isMoved(reads, payment))',
        replace: '(await isMoved(reads, { ...payment, id: payment.accountId }))',
      },
    ],
  },
  {
    name: 'called-after-the-key-is-forgotten',
    foundBy: 'payments',
    law: 'unknown',
    what: 'A redrive calls the bank however long ago it forgot the key, and pays a second time.',
    edits: [
      {
        file: WORD,
        find: 'ageSeconds(payment, now) < terms.keyLifetimeSeconds - MARGIN_SECONDS',
        replace: 'true',
      },
    ],
  },
  {
    name: 'unanswered-is-rejected',
    foundBy: 'payments',
    law: 'unknown',
    what: 'A call without an answer is taken for a refusal: the customer orders again what was paid.',
    edits: [
      {
        file: SUBMIT,
        find: '  } catch {\n',
        replace:
          "  } catch {\n    if (payment.steps.length > 0) return statusFact(payment, { isoStatus: 'RJCT' }, now);\n",
      },
    ],
  },
  {
    name: 'not-received-too-soon',
    foundBy: 'payments',
    law: 'unknown',
    what: 'What the bank does not know yet is said never to have reached it, while a call may be on its way.',
    edits: [
      {
        file: RESOLVE,
        find: 'if (mayCall(payment, terms, now))',
        replace: 'if (mayCall(payment, terms, now) && id === "")',
      },
      {
        file: RESOLVE,
        find: "if (!isPastCalls(payment, terms, now)) return { outcome: 'asked-again', told: [] };",
        replace: '',
      },
    ],
  },
  {
    name: 'reserved-blindly',
    foundBy: 'payments',
    law: 'mirror',
    what: 'What is reserved is not read by the commit that adds to it: of two orders at once both pass.',
    edits: [
      {
        file: FUNDS,
        find: 'open.reduce((left, minor) => left - minor, funds.balanceMinor)',
        replace: 'funds.balanceMinor',
      },
    ],
  },
  {
    name: 'reserved-for-good',
    foundBy: 'payments',
    law: 'mirror',
    what: 'What was booked stays reserved as well: the customer has it twice to their debit.',
    edits: [{ file: RECORD, find: '        ...released,\n', replace: '' }],
  },
  {
    name: 'rejected-and-reserved',
    foundBy: 'payments',
    law: 'mirror',
    what: 'What is rejected stays in its day’s limits.',
    edits: [
      {
        file: RESERVE,
        find: 'return [...writeReleased(reservations, order.id), ...uncounted];',
        replace: 'return writeReleased(reservations, order.id);',
      },
    ],
  },
  {
    name: 'last-word-wins',
    foundBy: 'payments',
    law: 'order',
    what: 'The word that comes last is true, and not the one that was said last.',
    edits: [
      {
        file: PAYMENT,
        find: 'byInstant(a, b) || rank',
        replace: 'rank',
      },
    ],
  },
  {
    name: 'sent-is-the-end',
    foundBy: 'payments',
    law: 'mirror',
    what: 'What was sent is never returned: the money is back, and the payment says that it is gone.',
    edits: [
      {
        file: PAYMENT,
        find: "  if (all.some(({ kind }) => kind === 'return')) return 'returned';\n",
        replace: '',
      },
    ],
  },
  {
    name: 'cancelled-when-it-is-gone',
    foundBy: 'payments',
    law: 'unknown',
    what: 'A cancel is taken after the payment was released, and the bank pays it all the same.',
    edits: [
      {
        file: CANCEL,
        find: 'if (!isCancellable(state))',
        replace: "if (!isCancellable(state) && state === 'unknown')",
      },
    ],
  },
  {
    name: 'anybody-pays',
    foundBy: 'payments',
    law: 'owners',
    what: 'Whoever knows an account’s id orders payments from it.',
    edits: [{ file: PAYING_ACCOUNT, find: 'if (!found?.ownerIds.includes(uid))', replace: 'if (!found)' }],
  },
  {
    name: 'anybody-looks',
    foundBy: 'payments',
    law: 'owners',
    what: 'Whoever knows a payment’s id sees whom it paid.',
    edits: [
      {
        file: OWN_ACCOUNT,
        find: 'return account?.ownerIds.includes(uid) ? account : undefined;',
        replace: 'return uid === "" ? undefined : account;',
      },
    ],
  },
  {
    name: 'a-direct-debit-to-whoever-knows-its-id',
    foundBy: 'direct-debits',
    law: 'owners',
    what: 'Whoever knows an account’s id and a direct debit’s reads who collects from it, and how much.',
    edits: [
      {
        file: 'functions/payments/serve-direct-debits/read.ts',
        find: `  const { id } = await ownAccount(reads, params.accountId ?? '', uid);
  const document = await readOne(reads, directDebitPath(`,
        replace: `  const id = uid && (params.accountId ?? '');
  const document = await readOne(reads, directDebitPath(`,
      },
    ],
  },
  {
    name: 'key-without-what-it-was-for',
    foundBy: 'payments',
    law: 'once',
    what: 'A key that was used for another order is answered as if it were this one.',
    edits: [
      {
        file: IDEMPOTENCY,
        find: "return createHash('sha256').update(sortedText(rawBody)).digest('base64url');",
        replace: "return createHash('sha256').update(String(rawBody.length > 0)).digest('base64url');",
      },
    ],
  },
];
