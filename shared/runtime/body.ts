import type * as z from 'zod';
import { PublicError } from '../errors.ts';

/** The request's JSON, checked; a 400 or a 422 says what is wrong and where, and repeats no value that was sent. */
export function readBody<T>(schema: z.ZodType<T>, rawBody: Buffer): T {
  const result = schema.safeParse(parsed(rawBody));
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => {
    const where = issue.path.length === 0 ? 'The body' : issue.path.join('.');
    return `${where}: ${issue.code === 'unrecognized_keys' ? unknownField(issue.keys) : issue.message}`;
  });
  throw new PublicError(422, 'body.invalid', `${issues.join('. ')}.`);
}

const NAME_LENGTH_MAX = 64;

/** Zod would name all of them, at any length, and their names are whatever the caller sent. */
function unknownField([name = '']: readonly string[]): string {
  return `a field that is not known, ${name.slice(0, NAME_LENGTH_MAX).toWellFormed()}`;
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody), wellFormed) as unknown;
  } catch {
    throw new PublicError(400, 'body.not-json', 'Send JSON in UTF-8.');
  }
}

/** JSON can spell half a character, which no store takes. */
function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string' && !value.isWellFormed()) throw new Error('half a character');
  return value;
}
