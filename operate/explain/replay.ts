import type { Payment } from '../../shared/domain/payment.ts';
import { memoryCloud } from '../../shared/platform/memory.ts';
import type { Platform, Reads } from '../../shared/platform/platform.ts';
import { toMessage } from '../../shared/runtime/outgoing.ts';
import { accountFrom, accountPath } from '../../shared/store/accounts.ts';
import { devicesPath } from '../../shared/store/devices.ts';
import type { Fields } from '../../shared/store/document.ts';
import { paymentPath, writePayment } from '../../shared/store/payments.ts';
import { preferencesPath } from '../../shared/store/preferences.ts';
import { reservationsPath, writeReserved } from '../../shared/store/reservations.ts';
import type { Change } from '../capture.ts';
import { configOf, quietEnv } from '../here.ts';
import type { Handling } from './walk.ts';

/** What a function decides about an event: which documents it changes, or the code by which it refuses. */
export type Decided =
  | { readonly kind: 'changed'; readonly changes: readonly Change[] }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Has the functions decide once more, in memory, in the order in which they did: each with its own code on what the
 * events of this story alone have made. What they read and these events do not make is as it is now, and a payment as a
 * request or a tick left it. Nothing is
 * written, and nobody outside is called: of a function that does, there is nothing to decide.
 */
export async function replay(reads: Reads, handlings: readonly Handling[], payment?: Payment) {
  const ordered = payment ? asOrdered(payment, handlings) : [];
  const cloud = memoryCloud({ stored: new Map([...(await given(reads, handlings)), ...ordered]) });
  const decided = new Map<Handling, Decided>();
  let changes: readonly Change[] = [];
  cloud.onCommit((committed) => {
    changes = committed.filter(({ path }) => !path.startsWith('inbox/'));
  });
  for (const handling of handlings) {
    const { function: fn, event, done } = handling;
    if ('deliver' in fn) continue;
    changes = [];
    let refused: string | undefined;
    const platform: Platform = {
      ...cloud.instance(),
      async publish(_topic, messages) {
        refused ??= reasonIn(messages);
      },
    };
    const env = { ...quietEnv(platform), now: () => done?.handledAt ?? new Date() };
    const failure = await fn
      .start(
        env,
        configOf(fn),
      )(toMessage(event))
      .then(
        () => undefined,
        (error: Error) => error.message,
      );
    const reason = refused ?? failure;
    decided.set(handling, reason === undefined ? { kind: 'changed', changes } : { kind: 'refused', reason });
  }
  return { decided, platform: cloud.instance() };
}

function reasonIn(messages: readonly { attributes: Readonly<Record<string, string>>; data: Uint8Array }[]) {
  const parked = messages.find(({ attributes }) => attributes.type === 'message.parked');
  if (!parked) return undefined;
  return (JSON.parse(new TextDecoder().decode(parked.data)) as { data: { reason: string } }).data.reason;
}

/** The payment before the first of its steps that these events made, with its money reserved. */
function asOrdered(payment: Payment, handlings: readonly Handling[]): [string, Fields][] {
  const { id, accountId, amount, steps, reservedOn } = payment;
  const handled = new Set(handlings.map(({ event }) => event.id));
  const first = steps.findIndex(({ cause }) => handled.has(cause));
  const before = { ...payment, steps: first < 0 ? steps : steps.slice(0, first), words: {}, arrivals: {} };
  const none = (path: string) => ({ path, fields: undefined, version: undefined });
  const writes = [
    writePayment(none(paymentPath(id)), before),
    ...(reservedOn ? [writeReserved(none(reservationsPath(accountId)), id, amount.amountMinor)] : []),
  ];
  return writes.flatMap((write): [string, Fields][] =>
    write.do === 'create' ? [[write.path, write.fields]] : [],
  );
}

/** Accounts that the story does not make, and their owners' devices and wishes. */
async function given(reads: Reads, handlings: readonly Handling[]): Promise<Map<string, Fields>> {
  const ids = handlings.map(({ event }) => (event.data as { accountId?: string }).accountId);
  const accountIds = [...new Set(ids.filter((id) => id !== undefined))];
  const made = handlings.filter(({ function: fn }) => fn.name === 'track-account');
  const accounts = await reads.get(accountIds.map(accountPath));
  const owners = accounts.flatMap((account) => accountFrom(account)?.ownerIds ?? []);
  const wishes = await reads.get(
    [...new Set(owners)].flatMap((uid) => [devicesPath(uid), preferencesPath(uid)]),
  );
  const isMade = (path: string) =>
    made.some(({ event }) => accountPath((event.data as { accountId: string }).accountId) === path);
  return new Map(
    [...accounts.filter(({ path }) => !isMade(path)), ...wishes].flatMap(({ path, fields }) =>
      fields ? [[path, fields]] : [],
    ),
  );
}
