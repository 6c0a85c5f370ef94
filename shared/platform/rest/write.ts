import type { Increments, Write } from '../../store/document.ts';
import { fieldsToWire, toWire } from './value.ts';

/** One write as `commit` takes it. Source: https://firebase.google.com/docs/firestore/reference/rest/v1/Write */
export function writeToWire(write: Write, nameOf: (path: string) => string): object {
  switch (write.do) {
    case 'create':
      return {
        update: { name: nameOf(write.path), fields: fieldsToWire(write.fields) },
        currentDocument: { exists: false },
      };
    case 'replace':
      // Without a mask of fields the document is these fields, and no others.
      return {
        update: { name: nameOf(write.read.path), fields: fieldsToWire(write.fields) },
        currentDocument: { updateTime: write.read.version },
      };
    case 'delete':
      return {
        delete: nameOf(write.read.path),
        currentDocument: { updateTime: write.read.version },
      };
    case 'increment':
      // With a mask of none it keeps all that it holds, and is made where there is nothing.
      return {
        update: { name: nameOf(write.path), fields: {} },
        updateMask: { fieldPaths: [] },
        updateTransforms: [
          ...increments(write.by),
          ...Object.entries(write.atLeast ?? {}).map(([field, least]) => ({
            fieldPath: fieldPath([field]),
            maximum: toWire(least),
          })),
        ],
      };
  }
}

function increments(by: Increments, above: readonly string[] = []): object[] {
  return Object.entries(by).flatMap(([key, delta]) =>
    typeof delta === 'object'
      ? increments(delta, [...above, key])
      : [{ fieldPath: fieldPath([...above, key]), increment: toWire(delta) }],
  );
}

/** A way into a document: each key that is no plain word stands in backticks. */
export function fieldPath(keys: readonly string[]): string {
  return keys
    .map((key) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : `\`${key.replace(/[\\`]/g, '\\$&')}\``))
    .join('.');
}
