import type * as z from 'zod';
import type { Desk } from './accounts.ts';
import type * as requests from './payment-requests.ts';

/** Says whether an account is held by whom the payer thinks, as verification of payee does (Regulation (EU) 2024/886). */
export function openPayees({ accounts }: Pick<Desk, 'accounts'>) {
  return { verify };

  /** The holder's name is given away only to whoever almost knows it. */
  function verify({ name, iban }: z.output<typeof requests.payeeVerification>) {
    const account = accounts.withIban(iban);
    if (account?.holderName === undefined || account.status === 'closed') return { match: 'not-possible' };
    const { holderName } = account;
    if (spaced(name) === spaced(holderName)) return { match: 'match' };
    return isClose(name, holderName) ? { match: 'close-match', name: holderName } : { match: 'no-match' };
  }
}

/** Close are case, accents, the order of names, and initials, as long as one name is written out on both sides. */
function isClose(one: string, other: string): boolean {
  const left = wordsOf(other);
  const isSame = (word: string, as: string) => word === as;
  const isInitial = (word: string, as: string) => Math.min(word.length, as.length) === 1 && word[0] === as[0];
  const initials = wordsOf(one).filter((word) => !took(word, isSame));
  const isNamed = left.length < wordsOf(other).length;
  return isNamed && initials.every((word) => took(word, isInitial)) && left.length === 0;

  function took(word: string, fits: (word: string, as: string) => boolean): boolean {
    const at = left.findIndex((as) => fits(word, as));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }
}

// What no decomposition takes an accent off.
const plain: Record<string, string> = { ø: 'o', æ: 'ae', œ: 'oe', ß: 'ss', ł: 'l', đ: 'd', ð: 'd', þ: 'th' };

function wordsOf(name: string): string[] {
  const letters = name.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return letters.replace(/[øæœßłđðþ]/g, (sign) => plain[sign] ?? sign).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function spaced(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ');
}
