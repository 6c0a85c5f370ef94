import { type Platform, type Reads, readOne } from '../../shared/platform/platform.ts';
import type { AuditEntry } from '../../shared/store/audit.ts';
import type { Stored } from '../../shared/store/document.ts';
import { type Passkey, passkeysFrom, passkeysPath, writePasskeys } from '../../shared/store/passkeys.ts';
import { commitAudited } from '../parked/audited.ts';
import { Refusal } from '../refusal.ts';
import { columns, harmless } from '../text.ts';

/** What an operator sees of a passkey: neither its key nor the authenticator's own name of it. */
type Seen = Pick<Passkey, 'id' | 'name' | 'createdAt'>;
type Known = { readonly document: Stored; readonly passkeys: readonly Seen[] };

/** A customer's passkeys, the oldest first. */
export async function readPasskeys(reads: Reads, customerId: string): Promise<Known> {
  const document = await readOne(reads, passkeysPath(customerId));
  return { document, passkeys: passkeysFrom(document).map(seenOf) };
}

/** Which of them are to be removed; undefined where nothing is asked, and a `Refusal` where there is no such. */
export function passkeysAsked(
  passkeys: readonly Seen[],
  { remove, removeAll }: { readonly remove?: string | undefined; readonly removeAll: boolean },
): readonly Seen[] | undefined {
  if (remove === undefined && !removeAll) return undefined;
  if (remove !== undefined && removeAll) throw new Refusal('Either --remove or --remove-all, not both.');
  const asked = removeAll ? passkeys : passkeys.filter(({ id }) => id === remove);
  if (asked.length === 0) throw new Refusal('The customer has no such passkey: nothing was changed.');
  return asked;
}

/**
 * Removes them, the last one too, and keeps who did it and why in the same commit; what is left is returned. A registration
 * that is under way is over. Without any, the next is a first one: its owner has just signed in, and all of their
 * phones are told.
 */
export async function removePasskeys(
  platform: Platform,
  { document }: Known,
  passkeyIds: readonly string[],
  by: Pick<AuditEntry, 'at' | 'by' | 'customerId' | 'why'>,
): Promise<readonly Seen[]> {
  const left = passkeysFrom(document).filter(({ id }) => !passkeyIds.includes(id));
  const entry: AuditEntry = { ...by, action: 'remove-passkeys', passkeyIds: [...passkeyIds] };
  if (!(await commitAudited(platform, entry, [writePasskeys(document, left, undefined)])))
    throw new Refusal('They changed a moment ago, or one has just signed: look at them again.');
  return left.map(seenOf);
}

export function linesOf(passkeys: readonly Seen[]): string {
  if (passkeys.length === 0) return 'No passkey: whoever signs in as this customer may register a first one.';
  const rows = passkeys.map(({ id, createdAt, name }) => [id, createdAt, harmless(name)]);
  return columns(rows).join('\n');
}

function seenOf({ id, name, createdAt }: Passkey): Seen {
  return { id, name, createdAt };
}
