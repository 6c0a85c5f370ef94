import { FieldPath, Firestore } from '@google-cloud/firestore';
import type { Phone } from '../../local/phones.ts';
import type { Stack } from '../../local/stack.ts';
import type { Customer } from './driving.ts';
import type { ExpectedAccount } from './expected.ts';
import { each, get } from './http.ts';
import { readAccount, type SeenAccount } from './seen-account.ts';

/** A notification, as it lies in Firestore. */
export type Told = {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly amountMinor: bigint | undefined;
  readonly occurredAt: string;
  readonly accountId: string | undefined;
  readonly transactionId: string | undefined;
};

export type SeenCustomer = {
  readonly notifications: readonly Told[];
  /** What was told under another name, and where it went. */
  readonly moved: ReadonlyMap<string, string>;
  readonly phone: Phone | undefined;
};

export type Seen = {
  readonly accounts: ReadonlyMap<string, SeenAccount>;
  readonly customers: ReadonlyMap<string, SeenCustomer>;
  /** The reasons of what waits in the parking lot. */
  readonly parked: readonly string[];
  readonly unpublished: number;
  /** The bank's ids of all events in archived deliveries. */
  readonly archived: ReadonlySet<string>;
};

const PAGE = 500;

export function firestoreOf(stack: Stack): Firestore {
  // The stack has told where the emulators are, past its proxies.
  return new Firestore({
    projectId: 'demo-counterfoil',
    host: stack.emulators.firestore,
    ssl: false,
    useBigInt: true,
  });
}

export async function readSeen(
  stack: Stack,
  firestore: Firestore,
  customers: readonly Customer[],
  expected: readonly ExpectedAccount[],
): Promise<Seen> {
  const accounts = new Map<string, SeenAccount>();
  await each(expected, async ({ accountId, ownerIds, spending }) => {
    const owner = customers.find(({ uid }) => uid === ownerIds[0]);
    if (!owner) throw new Error(`${accountId} is nobody's`);
    const months = [...new Set(spending.map((each) => each.slice(0, 7)))];
    accounts.set(accountId, await readAccount(stack, firestore, { accountId, owner, months }));
  });
  const told = new Map<string, SeenCustomer>();
  await each(customers, async (customer) => {
    told.set(customer.uid, await readCustomer(stack, firestore, customer));
  });
  const parked = await firestore.collection('parked').where('state', '==', 'waiting').get();
  const unpublished = await firestore.collection('inbox').where('unpublished', '==', true).get();
  return {
    accounts,
    customers: told,
    parked: parked.docs.map((document) => `${document.get('function')}: ${document.get('reason')}`),
    unpublished: unpublished.size,
    archived: await readArchive(firestore),
  };
}

async function readCustomer(stack: Stack, firestore: Firestore, customer: Customer): Promise<SeenCustomer> {
  const { uid, fcmToken } = customer;
  const { docs } = await firestore.collection('customers').doc(uid).collection('notifications').get();
  const stays = docs.filter((document) => document.get('movedTo') === undefined);
  const moved = docs.filter((document) => document.get('movedTo') !== undefined);
  return {
    notifications: stays.map((document) => document.data() as Told),
    moved: new Map(moved.map((document) => [document.id, String(document.get('movedTo'))])),
    phone: fcmToken === undefined ? undefined : await get<Phone>(`${stack.fcm}/_phones/${fcmToken}`),
  };
}

async function readArchive(firestore: Firestore): Promise<Set<string>> {
  const archived = new Set<string>();
  const byId = firestore.collection('deliveries').orderBy(FieldPath.documentId());
  let page = await byId.limit(PAGE).get();
  while (page.size > 0) {
    for (const document of page.docs) {
      // No delivery of the bank's is as long as a document.
      const { events } = JSON.parse(Buffer.from(document.get('bytes')).toString()) as {
        events: { id: string }[];
      };
      for (const { id } of events) archived.add(id);
    }
    page = await byId.startAfter(page.docs.at(-1)?.id).limit(PAGE).get();
  }
  return archived;
}
