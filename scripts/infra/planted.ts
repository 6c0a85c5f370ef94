import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';

const FILE = 'scripts/infra/planted.yaml';

const mistake = z.strictObject({
  name: z.string(),
  /** Who must catch it. */
  by: z.enum(['validate', 'plan', 'rules', 'test']),
  file: z.string(),
  from: z.string(),
  to: z.string(),
  /** What whoever catches it says. */
  says: z.string().transform((pattern) => new RegExp(pattern)),
});

/** A mistake that somebody could make. */
export type Mistake = z.output<typeof mistake>;

export async function readMistakes(): Promise<Mistake[]> {
  return z.array(mistake).parse(parse(await readFile(FILE, 'utf8')));
}
