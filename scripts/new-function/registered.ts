import { ROOMS } from '../manifest/declared.ts';

const ENTRY = /^ {2}\{ room: '(.*)', fn: .* \},$/;

/** The text of registry.ts with one more function, behind those of its room. Imports are sorted by the formatter. */
export function withFunction(source: string, { room, name }: { room: string; name: string }): string {
  const constant = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const entry = `  { room: '${room}', fn: ${constant} },`;
  const lines = source.split('\n');
  const entries = lines.filter((line) => ENTRY.test(line));
  const first = lines.findIndex((line) => ENTRY.test(line));
  if (first < 0) throw new Error('functions/registry.ts has no line as in { room, fn }');
  const sorted = [...entries, entry].sort((a, b) => orderOf(a) - orderOf(b));
  const others = lines.filter((line) => !ENTRY.test(line));
  return [
    `import ${constant} from './${room}/${name}/function.ts';`,
    ...others.slice(0, first),
    ...sorted,
    ...others.slice(first),
  ].join('\n');
}

function orderOf(entry: string): number {
  return (ROOMS as readonly string[]).indexOf(ENTRY.exec(entry)?.[1] ?? '');
}
