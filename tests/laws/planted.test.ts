import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BUGS } from '../planted/all.ts';

test('each planted bug still fits the code: what it changes stands there once', () => {
  const edits = BUGS.flatMap(({ name, edits: all }) => all.map((edit) => ({ name, ...edit })));
  const misfits = edits.filter(({ file, find }) => readFileSync(file, 'utf8').split(find).length !== 2);
  expect(misfits.map(({ name, file }) => `${name}: ${file}`)).toEqual([]);
});
