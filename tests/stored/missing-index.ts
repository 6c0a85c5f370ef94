import { type Composite, composites, indexesOf } from '../../scripts/indexes.ts';
import type { Matching } from '../../shared/platform/platform.ts';
import { lastId, type Query } from '../../shared/store/document.ts';

/** What is asked of a store: a query, or what matches and is counted or summed. */
export type Asked = { readonly query: Query | Matching; readonly sums?: readonly string[] };

type Scope = Composite['queryScope'];
type Part = Composite['fields'][number];

/**
 * The index that Firestore would refuse the query without, or undefined where it has what it needs. Emulators look for none.
 * Equalities alone are merged from an index of each field. In an order, or with a range or a sum, one index ends in those
 * fields; it begins with all equalities, or several that end alike have them together.
 * Source: https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export function missingIndex(
  { query, sums = [] }: Asked,
  several: readonly Composite[] = composites,
): string | undefined {
  const { collection, everywhere = false, where = [] } = query;
  const name = lastId(collection);
  const scope: Scope = everywhere ? 'COLLECTION_GROUP' : 'COLLECTION';
  const equal = where
    .filter(([, operator]) => operator === '==' || operator === 'array-contains')
    .map(partOf);
  const ending = endingOf(query, sums);
  const [only] = [...equal, ...ending];
  if (!only) return undefined;
  if (ending.length === 0) {
    const without = equal.find((part) => !isSingle(part) && merged([part], []).length === 0);
    return without && inWords([without]);
  }
  if (equal.length + ending.length === 1) return isSingle(only) ? undefined : inWords([only]);
  const covered = new Set(
    merged(equal, ending).flatMap(({ fields }) => fields.map(({ fieldPath }) => fieldPath)),
  );
  const isWhole = [...equal, ...ending].every(({ fieldPath }) => covered.has(fieldPath));
  return isWhole ? undefined : inWords([...equal, ...ending]);

  /** Those that begin with some of the equalities, in any order, and end as it has to. */
  function merged(equalities: readonly Part[], last: readonly Part[]): readonly Composite[] {
    return several.filter(({ collectionGroup, queryScope, fields }) => {
      const first = fields.slice(0, fields.length - last.length);
      const isAsked = (part: Part) => equalities.some((each) => fits(part, each));
      const ends = last.every((part, n) => {
        const there = fields[first.length + n];
        return there !== undefined && fits(there, part);
      });
      return collectionGroup === name && queryScope === scope && first.every(isAsked) && ends;
    });
  }

  function isSingle({ fieldPath, order, arrayConfig }: Part): boolean {
    return indexesOf(name, fieldPath, { isArray: arrayConfig !== undefined }).some(
      (index) =>
        index.queryScope === scope &&
        (arrayConfig ? index.arrayConfig : index.order && (order ?? index.order) === index.order),
    );
  }

  function inWords(parts: readonly Part[]): string {
    const fields = parts.map(
      ({ fieldPath, order, arrayConfig }) => `${fieldPath} ${arrayConfig ?? order ?? 'ANY'}`,
    );
    return `${name} (${scope}): ${fields.join(', ')}`;
  }
}

/** What the rows are sorted by: orders, or a range, or the fields that are summed. */
function endingOf(query: Query | Matching, sums: readonly string[]): readonly Part[] {
  const orders: readonly Part[] = ('orderBy' in query ? (query.orderBy ?? []) : []).map(
    ([fieldPath, order]) => {
      return { fieldPath, order: order === 'asc' ? 'ASCENDING' : 'DESCENDING' };
    },
  );
  const ranges = (query.where ?? []).filter(([, operator]) => operator === '<=' || operator === '>=');
  const more = [...ranges.map(([field]) => field), ...sums].filter(
    (field, n, all) => all.indexOf(field) === n && !orders.some(({ fieldPath }) => fieldPath === field),
  );
  return [...orders, ...more.map((fieldPath): Part => ({ fieldPath, order: 'ASCENDING' }))];
}

function partOf([fieldPath, operator]: readonly [string, string, unknown]): Part {
  return operator === '==' ? { fieldPath } : { fieldPath, arrayConfig: 'CONTAINS' };
}

/** An equality is found in either order. */
function fits(there: Part, asked: Part): boolean {
  return (
    there.fieldPath === asked.fieldPath &&
    there.arrayConfig === asked.arrayConfig &&
    (asked.order === undefined || asked.order === there.order)
  );
}
