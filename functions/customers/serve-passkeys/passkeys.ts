import { PublicError } from '../../../shared/errors.ts';
import { type Reads, readOne } from '../../../shared/platform/platform.ts';
import type { Request } from '../../../shared/runtime/on-request.ts';
import type { RelyingParty } from '../../../shared/runtime/passkey-proof.ts';
import {
  type Passkey,
  passkeysFrom,
  passkeysPath,
  registrationFrom,
  writePasskeys,
} from '../../../shared/store/passkeys.ts';

export type Context = {
  readonly deps: { readonly reads: Reads; readonly config: RelyingParty };
  readonly now: Date;
};

export async function listPasskeys({ uid }: Request, { deps }: Context) {
  const passkeys = passkeysFrom(await readOne(deps.reads, passkeysPath(uid)));
  return { status: 200, body: { items: passkeys.map(passkeyView) } };
}

/**
 * Removes one of several. The last stays: with none left, whoever can sign in could register a first one of their own
 * without a proof.
 */
export async function deletePasskey({ uid, params }: Request, { deps }: Context) {
  const document = await readOne(deps.reads, passkeysPath(uid));
  const passkeys = passkeysFrom(document);
  const left = passkeys.filter(({ id }) => id !== params.passkeyId);
  if (left.length === passkeys.length) throw new PublicError(404, 'passkey.not-found');
  if (left.length === 0) throw new PublicError(409, 'passkey.last', 'Register another one first.');
  return { status: 204, writes: [writePasskeys(document, left, registrationFrom(document))] };
}

export function passkeyView({ id, name, createdAt }: Passkey) {
  return { id, name, createdAt };
}
