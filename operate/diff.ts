import { createHash } from 'node:crypto';
import type { Fields, Value } from '../shared/store/document.ts';
import { jsonText } from './text.ts';

/** How a document changes, a line for each field: `-` what it says now, `+` what it would say. */
export function diffLines(before: Fields | undefined, after: Fields | undefined): string[] {
  const [old, now] = [flat(before), flat(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    if (old.get(name) === now.get(name)) return [];
    const gone = old.has(name) ? [`- ${name}: ${old.get(name)}`] : [];
    const come = now.has(name) ? [`+ ${name}: ${now.get(name)}`] : [];
    return [...gone, ...come];
  });
}

/** A field as people read it: integers as digits, instants in ISO 8601, of bytes how many and a digest. */
function shown(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `<${value.length} bytes, sha256 ${digestOf(value)}>`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return jsonText(value);
  const inner = Object.entries(value)
    .map(([name, each]) => `${name}: ${shown(each)}`)
    .sort();
  return inner.length === 0 ? '{}' : `{ ${inner.join(', ')} }`;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

function flat(fields: Fields | undefined): Map<string, string> {
  return new Map(Object.entries(fields ?? {}).flatMap(([name, value]) => leaves(name, value)));
}

/** A field with what is in it, a line each; what is deeper stands in the line. */
function leaves(name: string, value: Value): [string, string][] {
  const isLeaf =
    typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array;
  const inner = isLeaf ? [] : Object.entries(value as Fields);
  // What is empty says so itself.
  if (inner.length === 0) return [[name, shown(value)]];
  return inner.map(([key, each]) => [`${name}.${key}`, shown(each)]);
}
