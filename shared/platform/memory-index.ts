import { collectionOf, type Fields, lastId, type Query, type Value } from '../store/document.ts';

type Documents = ReadonlyMap<string, { readonly fields: Fields }>;
type Order = NonNullable<Query['orderBy']>;
type Keys = readonly (Value | undefined)[];
type Row = { readonly path: string; readonly keys: Keys };
/** Always ascending, so that what is newest comes last, where it moves nothing. */
type Index = { readonly orderBy: Order; readonly rows: Row[] };

/** Collections in the orders that were asked for, as Firestore's indexes hold them: a page costs what it returns. */
export function openIndexes(collections: ReadonlyMap<string, Documents>) {
  const indexes = new Map<string, Map<string, Index>>();

  return {
    /** The paths of a collection's documents, from the one after these keys on. */
    of: (collection: string, orderBy: Order, after?: Keys) => from(indexOf(collection, orderBy), after),
    /** The same of all collections of that name, named by their paths; no index is kept of those. */
    everywhere(name: string, orderBy: Order, after?: Keys) {
      const all = [...collections].filter(([collection]) => lastId(collection) === name);
      const rows = all.flatMap(([, documents]) => rowsOf(documents, orderBy, (path) => path));
      return from({ orderBy, rows: rows.sort((a, b) => compare(a.keys, b.keys)) }, after);
    },
    /** Puts a document where it belongs now. */
    follow({
      path,
      before,
      after,
    }: {
      path: string;
      before: Fields | undefined;
      after: Fields | undefined;
    }): void {
      for (const { orderBy, rows } of indexes.get(collectionOf(path))?.values() ?? []) {
        const [was] = before ? rowsOf(new Map([[path, { fields: before }]]), orderBy, lastId) : [];
        const [is] = after ? rowsOf(new Map([[path, { fields: after }]]), orderBy, lastId) : [];
        if (was) rows.splice(placeOf(rows, was.keys), 1);
        if (is) rows.splice(placeOf(rows, is.keys), 0, is);
      }
    },
  };

  /** Made at the first query, and kept from then on. */
  function indexOf(collection: string, orderBy: Order): Index {
    const known = indexes.get(collection) ?? new Map<string, Index>();
    const name = JSON.stringify(orderBy);
    const index = known.get(name) ?? { orderBy, rows: rowsOf(collections.get(collection), orderBy, lastId) };
    indexes.set(collection, known.set(name, index));
    return index;
  }
}

/** In the order that was asked for, which has one direction for all of its fields. */
function* from({ orderBy, rows }: Index, after?: Keys): Generator<string> {
  const isDescending = orderBy.at(-1)?.[1] === 'desc';
  if (orderBy.some(([, direction]) => (direction === 'desc') !== isDescending))
    throw new Error('order.mixed');
  const place = after && placeOf(rows, after);
  const isThere = place !== undefined && compare(rows[place]?.keys ?? [], after ?? []) === 0;
  if (isDescending) for (let n = (place ?? rows.length) - 1; n >= 0; n -= 1) yield rows[n]?.path ?? '';
  else for (let n = (place ?? 0) + (isThere ? 1 : 0); n < rows.length; n += 1) yield rows[n]?.path ?? '';
}

/** A document without a field that is ordered by is in no index of it. */
function rowsOf(documents: Documents | undefined, orderBy: Order, nameOf: (path: string) => string): Row[] {
  const rows: Row[] = [];
  for (const [path, { fields }] of documents ?? []) {
    const values = orderBy.map(([field]) => fields[field]);
    if (!values.includes(undefined)) rows.push({ path, keys: [...values, nameOf(path)] });
  }
  return rows.sort((a, b) => compare(a.keys, b.keys));
}

/** The first place whose row does not come before these keys. */
function placeOf(rows: readonly Row[], keys: Keys): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(rows[middle]?.keys ?? [], keys) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: Keys, b: Keys): number {
  for (let n = 0; n < a.length; n += 1) {
    const [left = null, right = null] = [a[n], b[n]];
    if (left === right) continue;
    return left === null || (right !== null && left < right) ? -1 : 1; // null comes before all else
  }
  return 0;
}
