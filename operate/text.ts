import { decimalOf, exponentOf } from '../shared/domain/currency.ts';

/** As in `-32.00 DKK`; of a currency whose decimals nobody knows, its minor units. */
export function moneyText(amountMinor: bigint, currency: string): string {
  const exponent = exponentOf(currency);
  return `${exponent === undefined ? amountMinor : decimalOf(amountMinor, exponent)} ${currency}`;
}

/** Columns as wide as what is in them. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** JSON for a terminal: what would steer it is escaped, also the few characters that JSON itself leaves as they are. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

/** A line for a terminal, whoever wrote what is in it: a merchant's name may hold anything. */
export function harmless(line: string): string {
  return line.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const STEERING = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

// Whatever steers a terminal: control characters but tab, line feed and carriage return.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** The bytes as text, or undefined where they are none that a terminal should be given. */
export function textIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
