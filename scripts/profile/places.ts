import { readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import module, { SourceMap, type SourceMapPayload } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Place } from './tree.ts';

// `start.ts` wraps the bundle as Node wraps a module, so that its first line begins further to the right.
const WRAPPED_BY = module.wrap('|').indexOf('|');
const MAP = '//# sourceMappingURL=data:application/json;base64,';

/** Says in which source each function of a bundle in this folder was written, by the source map at its end. */
export function placesIn(folder: string) {
  const base = `${pathToFileURL(folder)}/`;
  const code = readFileSync(`${folder}/index.cjs`, 'utf8');
  const encoded = code.slice(code.lastIndexOf(MAP) + MAP.length);
  const map = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMapPayload);

  return ({ url, lineNumber: line, columnNumber: column }: Profiler.ProfileNode['callFrame']): Place => {
    // What is loaded beside the bundle is told by its place there.
    const file = url.replace(base, '');
    if (file !== 'index.cjs') return { file };
    const entry = map.findEntry(line, line === 0 ? column - WRAPPED_BY : column);
    if (!('originalSource' in entry)) return { file: '' };
    return { file: entry.originalSource.replace(/^(\.\.\/)+/, ''), line: entry.originalLine + 1 };
  };
}
