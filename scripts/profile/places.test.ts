import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { placesIn } from './places.ts';

test('a function in a bundle is told by its line in its source, and what is beside the bundle by its file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-places-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const contents = 'export function first() {}\n\nexport function second() {}\n';
  buildSync({
    stdin: { contents, sourcefile: '../shared/two.ts', loader: 'ts' },
    outfile: `${folder}/index.cjs`,
    ...{ minifyWhitespace: true, format: 'cjs', sourcemap: 'inline', sourcesContent: false },
  });
  const columnNumber = module.wrap(readFileSync(`${folder}/index.cjs`, 'utf8')).indexOf('second(){');
  const at = { functionName: 'second', scriptId: '0', lineNumber: 0, columnNumber };
  const placeOf = placesIn(folder);
  expect(placeOf({ ...at, url: `${pathToFileURL(folder)}/index.cjs` })).toEqual({
    file: 'shared/two.ts',
    line: 3,
  });
  expect(placeOf({ ...at, url: `${pathToFileURL(folder)}/start.cjs` })).toEqual({ file: 'start.cjs' });
  expect(placeOf({ ...at, url: 'node:net' })).toEqual({ file: 'node:net' });
});
