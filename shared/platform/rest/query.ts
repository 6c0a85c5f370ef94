import { collectionOf, lastId, type Query } from '../../store/document.ts';
import type { Aggregate, Matching } from '../platform.ts';
import { fieldsFromWire, toWire, type WireFields } from './value.ts';
import { fieldPath } from './write.ts';

const OPERATORS = {
  '==': 'EQUAL',
  'array-contains': 'ARRAY_CONTAINS',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>=': 'GREATER_THAN_OR_EQUAL',
} as const;
const DIRECTIONS = { asc: 'ASCENDING', desc: 'DESCENDING' } as const;

/**
 * What matches, to be counted and summed. Source:
 * https://firebase.google.com/docs/firestore/reference/rest/v1/StructuredAggregationQuery
 */
export function aggregationToWire(
  matching: Matching,
  sums: readonly string[],
  nameOf: (path: string) => string,
): { parent: string; structuredAggregationQuery: object } {
  const { parent, structuredQuery } = queryToWire(matching, nameOf);
  const summed = sums.map((field, n) => ({
    alias: `sum${n}`,
    sum: { field: { fieldPath: fieldPath(field.split('.')) } },
  }));
  const aggregations = [{ alias: 'count', count: {} }, ...summed];
  return { parent, structuredAggregationQuery: { structuredQuery, aggregations } };
}

export function aggregateFrom(fields: WireFields, sums: readonly string[]): Aggregate {
  const { count, ...totals } = fieldsFromWire(fields);
  return {
    count: count as bigint,
    sums: Object.fromEntries(sums.map((field, n) => [field, totals[`sum${n}`] as bigint])),
  };
}

/**
 * The query and what it is below, as `runQuery` takes them.
 * Source: https://firebase.google.com/docs/firestore/reference/rest/v1/StructuredQuery
 */
export function queryToWire(
  { collection, everywhere, where = [], orderBy = [], startAfter, limit }: Query,
  nameOf: (path: string) => string,
): { parent: string; structuredQuery: object } {
  const filters = where.map(([field, operator, value]) => ({
    fieldFilter: {
      field: { fieldPath: fieldPath(field.split('.')) },
      op: OPERATORS[operator],
      value: toWire(value),
    },
  }));
  // What is ordered by an id ends in it, in the direction of the last field.
  const orders = startAfter ? [...orderBy, ['__name__', orderBy.at(-1)?.[1] ?? 'asc'] as const] : orderBy;
  return {
    parent: collection.includes('/') ? `/${collectionOf(collection)}` : '',
    structuredQuery: {
      from: [{ collectionId: lastId(collection), allDescendants: everywhere === true }],
      ...(filters.length > 0 && { where: { compositeFilter: { op: 'AND', filters } } }),
      ...(orders.length > 0 && {
        orderBy: orders.map(([field, direction]) => ({
          field: { fieldPath: field },
          direction: DIRECTIONS[direction],
        })),
      }),
      ...(startAfter && { startAt: { values: cursor(), before: false } }),
      ...(limit !== undefined && { limit }),
    },
  };

  function cursor(): object[] {
    const [last = '', ...values] = [...(startAfter ?? [])].reverse();
    const row = everywhere ? last : `${collection}/${last}`;
    return [...values.reverse().map(toWire), { referenceValue: nameOf(row) }];
  }
}
