import { signIn } from '../../local/customer.ts';
import type { Stack } from '../../local/stack.ts';
import { each, get, send } from './http.ts';
import type { Life, Step } from './life.ts';

export type Customer = {
  readonly email: string;
  readonly uid: string;
  readonly idToken: string;
  /** Of their phone, of those who have one. */
  readonly fcmToken: string | undefined;
};

export type Driven = {
  readonly accountIds: readonly string[];
  /** Of each unlinked entry the authorisation that it belongs to, in the bank's answer to whoever made it. */
  readonly links: Map<string, string>;
};

const PASSWORD = 'counterfoil';
// What waits at the bank, and what functions have been given: more of either would only wait longer, and meet its faults
// and kills once all has been told.
const MUCH = { unacknowledged: 200, given: 150 };
const LOOK_EVERY = 10;
const ACCOUNTS_AT_ONCE = 8;

/** Signs the customers up; two of three have a phone. */
export async function customersOf(stack: Stack, count: number): Promise<Customer[]> {
  const customers: Customer[] = [];
  await each(
    Array.from({ length: count }, (_, n) => n),
    async (n) => {
      const email = `customer-${n}@example.com`;
      const { uid, idToken } = await signIn(stack.auth, { email, password: PASSWORD });
      const fcmToken = n % 3 === 2 ? undefined : `phone-of-${n}`;
      customers[n] = { email, uid, idToken, fcmToken };
      if (fcmToken === undefined) return;
      const registration = { fcmToken, locale: n % 2 === 0 ? 'da-DK' : 'en-GB' };
      await send(`${stack.api}/v1/devices/phone`, 'PUT', registration, {
        authorization: `Bearer ${idToken}`,
      });
    },
  );
  return customers;
}

/** A token lives for an hour, which a soak may last. */
export async function signedInAgain(stack: Stack, customer: Customer): Promise<Customer> {
  return { ...customer, ...(await signIn(stack.auth, { email: customer.email, password: PASSWORD })) };
}

export async function openAccounts(
  stack: Stack,
  { openings }: Life,
  customers: readonly Customer[],
): Promise<string[]> {
  const accountIds: string[] = [];
  for (const { owners, body } of openings) {
    const ownerRefs = owners.map((n) => customers[n]?.uid);
    const { accountId } = await send(`${stack.bank}/accounts`, 'POST', { ownerRefs, ...body });
    accountIds.push(String(accountId));
  }
  return accountIds;
}

/**
 * Has the bank live the life, as fast as what it tells is handled: on each account one request after the other, so that it
 * comes to the same, and on some accounts at once.
 */
export async function drive(
  stack: Stack,
  { steps }: Life,
  accountIds: readonly string[],
  afterEach: (step: number) => Promise<void>,
): Promise<Driven> {
  const links = new Map<string, string>();
  const stories = new Map<number, Record<string, unknown>>();
  const asking = new Map<number, Promise<void>>();
  const failures: unknown[] = [];
  for (const [n, step] of steps.entries()) {
    await asking.get(step.account);
    if (asking.size >= ACCOUNTS_AT_ONCE) await Promise.race(asking.values());
    const asked = ask(step)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => asking.delete(step.account));
    asking.set(step.account, asked);
    if (failures.length > 0) throw failures[0];
    if (n % LOOK_EVERY === 0) await untilNotMore(stack, MUCH);
    await afterEach(n);
  }
  await Promise.all(asking.values());
  if (failures.length > 0) throw failures[0];
  return { accountIds, links };

  async function ask({ story, account, ask: { path, body } }: Step): Promise<void> {
    const known = stories.get(story) ?? { accountId: accountIds[account] };
    stories.set(story, known);
    // A card is declined while its account is frozen, and nothing follows.
    if (known.declined) return;
    const request = filled(JSON.stringify(body), known);
    const answer = await send(stack.bank + filled(path, known), 'POST', JSON.parse(request));
    Object.assign(known, answer);
    if (!('linked' in body) || body.linked !== false) return;
    const { clearingId, reversalId, authorisationId } = answer;
    links.set(String(clearingId ?? reversalId), String(authorisationId));
  }
}

/** With the ids that the bank answered, and the instants that are counted from now. */
function filled(text: string, known: Record<string, unknown>): string {
  return text.replace(/\{(in:)?(\w+)\}/g, (_, inSeconds: string | undefined, word: string) =>
    inSeconds ? new Date(Date.now() + Number(word) * 1000).toISOString() : String(known[word]),
  );
}

/** Waits until no more than this waits, or as long as it may take. */
export async function untilNotMore(
  { bank, waiting }: Stack,
  most: { unacknowledged: number; given: number },
  secondsMax = 120,
): Promise<void> {
  const deadline = Date.now() + secondsMax * 1000;
  while (Date.now() < deadline) {
    const { pending } = await get<{ pending: number }>(`${bank}/_sandbox/pending`);
    const given = Object.values(waiting()).reduce((sum, messages) => sum + messages, 0);
    if (pending <= most.unacknowledged && given <= most.given) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
