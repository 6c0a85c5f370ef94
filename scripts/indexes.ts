import { readFileSync } from 'node:fs';
import * as z from 'zod';

const index = z.object({
  order: z.enum(['ASCENDING', 'DESCENDING']).optional(),
  arrayConfig: z.literal('CONTAINS').optional(),
  queryScope: z.enum(['COLLECTION', 'COLLECTION_GROUP']),
});
const part = z.object({
  fieldPath: z.string(),
  order: z.enum(['ASCENDING', 'DESCENDING']).optional(),
  arrayConfig: z.literal('CONTAINS').optional(),
});
const composite = z.object({
  collectionGroup: z.string(),
  queryScope: z.enum(['COLLECTION', 'COLLECTION_GROUP']),
  fields: z.array(part),
});
const declared = z.object({
  indexes: z.array(composite),
  fieldOverrides: z.array(
    z.object({ collectionGroup: z.string(), fieldPath: z.string(), indexes: z.array(index) }),
  ),
});

/** One single-field index: over one collection below one document, or over all collections of that name. */
export type Index = z.output<typeof index>;

// Each field has one of either order, unless it is told otherwise.
const AUTOMATIC: readonly Index[] = [
  { order: 'ASCENDING', queryScope: 'COLLECTION' },
  { order: 'DESCENDING', queryScope: 'COLLECTION' },
];
const AUTOMATIC_OF_ARRAYS: readonly Index[] = [
  ...AUTOMATIC,
  { arrayConfig: 'CONTAINS', queryScope: 'COLLECTION' },
];

/** One index over several fields, in their order. */
export type Composite = z.output<typeof composite>;

const { fieldOverrides, indexes } = declared.parse(
  JSON.parse(readFileSync('firestore.indexes.json', 'utf8')),
);

/** All that firestore.indexes.json has over several fields. */
export const composites: readonly Composite[] = indexes;

/**
 * The single-field indexes of a field, by its path as in `_status.version`: what firestore.indexes.json says of it or of a
 * map that it is in, and otherwise Firestore's own.
 * Source: https://cloud.google.com/firestore/docs/concepts/index-overview
 */
export function indexesOf(
  collection: string,
  field: string,
  { isArray = false }: { isArray?: boolean } = {},
): readonly Index[] {
  const said = fieldOverrides
    .filter(({ collectionGroup, fieldPath }) => {
      return collectionGroup === collection && `${field}.`.startsWith(`${fieldPath}.`);
    })
    .sort((a, b) => b.fieldPath.length - a.fieldPath.length)[0];
  return said?.indexes ?? (isArray ? AUTOMATIC_OF_ARRAYS : AUTOMATIC);
}
