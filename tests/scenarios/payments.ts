import type { Faults as BankFaults } from '../../sandbox-bank/faults.ts';
import { reservationsPath, reservedIn } from '../../shared/store/reservations.ts';
import { aBankAndItsMirror } from './coherence.ts';

export const BO = { name: 'Bo Holm', iban: 'DK5000400440116243' };
const SECOND_MINUTES = 1 / 60;

type Answered = {
  readonly status: number;
  readonly code?: string;
  readonly id: string;
  readonly state: string;
};

/** A customer with an account at the sandbox bank, with so much on it, and everything that happens to their payments. */
export async function aPayingCustomer({
  bookedMinor = '10000',
  faults = {},
  options = {},
}: {
  bookedMinor?: string;
  /** What goes wrong at the bank. */
  faults?: Partial<BankFaults>;
  options?: Parameters<typeof aBankAndItsMirror>[0];
} = {}) {
  const mirror = aBankAndItsMirror(options);
  const accountId = await anAccount('uid-ann', bookedMinor);
  mirror.goesWrong(faults);
  let keys = 0;
  const aKey = () => {
    keys += 1;
    return `key-${keys}`;
  };

  return {
    mirror,
    accountId,
    anAccount,
    pay,
    answerOf,
    /** The payment as the app sees it. */
    async seen(paymentId: string, uid = 'uid-ann') {
      const { status, body } = await mirror.request(uid, `GET /v1/payments/${paymentId}`);
      return { ...(body as Seen), status };
    },
    async figures(id = accountId) {
      const { body } = await mirror.request('uid-ann', `GET /v1/accounts/${id}`);
      const {
        bookedMinor: booked,
        heldMinor,
        reservedMinor,
        availableMinor,
      } = body as Record<string, string>;
      return { booked, held: heldMinor, reserved: reservedMinor, available: availableMinor };
    },
    async reserved(id = accountId) {
      const [document] = await mirror.store.get([reservationsPath(id)]);
      return document ? reservedIn(document) : {};
    },
    act: async (paymentId: string, what: 'cancellation' | 'recall', body: object = {}) =>
      answerOf(
        await mirror.request('uid-ann', `POST /v1/payments/${paymentId}/${what}`, {
          body,
          key: aKey(),
        }),
      ),
    /** What the bank told meanwhile arrives. */
    hears: () => mirror.deliver(...mirror.told()),
    /** So much later, by both clocks, with what fell due at the bank; and what it told of that arrives. */
    async later({ minutes = SECOND_MINUTES, tells = true } = {}) {
      mirror.passes(minutes);
      mirror.bank.expireDue();
      if (tells) await mirror.deliver(...mirror.told());
    },
    atBank: (paymentId: string) => mirror.bank.book.ofReference(paymentId),
  };

  async function anAccount(uid: string, minor: string): Promise<string> {
    const opened = await mirror.ask('/accounts', { ownerRefs: [uid], currency: 'DKK' });
    const id = opened.accountId ?? '';
    if (minor !== '0')
      await mirror.ask(`/accounts/${id}/transfers`, { direction: 'credit', amountMinor: minor });
    await mirror.deliver(...mirror.told());
    return id;
  }

  /** Orders a payment; under a key of its own unless told otherwise. */
  async function pay(amountMinor: string, { key = aKey(), uid = 'uid-ann', ...changes }: Changes = {}) {
    const body = { accountId, amount: { amountMinor, currency: 'DKK' }, creditor: BO, ...changes };
    return answerOf(await mirror.request(uid, 'POST /v1/payments', { body, key }));
  }
}

type Changes = {
  readonly key?: string;
  readonly uid?: string;
  readonly accountId?: string;
  readonly creditor?: object;
  readonly [field: string]: unknown;
};
type Seen = {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly returnedMinor?: string;
  readonly recall?: string;
  readonly history: readonly { readonly state: string }[];
};

function answerOf({ status, body }: { status: number; body?: unknown }): Answered {
  const { id = '', state = '', code } = (body ?? {}) as Partial<Answered>;
  return { status, id, state, ...(code !== undefined && { code }) };
}
