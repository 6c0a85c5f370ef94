import type { Fields, Value } from '../../store/document.ts';

/** A value as Firestore's REST API writes it. Integers are texts, so that 64 bits survive. */
export type WireValue =
  | { readonly nullValue: null }
  | { readonly booleanValue: boolean }
  | { readonly integerValue: string }
  | { readonly doubleValue: number | string }
  | { readonly stringValue: string }
  | { readonly timestampValue: string }
  | { readonly bytesValue: string }
  | { readonly referenceValue: string }
  | { readonly arrayValue: { readonly values?: readonly WireValue[] } }
  | { readonly mapValue: { readonly fields?: WireFields } };

export type WireFields = { readonly [field: string]: WireValue };

export function toWire(value: Value): WireValue {
  if (value === null) return { nullValue: null };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'bigint') return { integerValue: String(value) };
  if (typeof value === 'string') return { stringValue: value };
  if (value instanceof Date) return { timestampValue: value.toISOString() };
  if (value instanceof Uint8Array) return { bytesValue: base64Of(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toWire) } };
  return { mapValue: { fields: fieldsToWire(value as Fields) } };
}

export function fieldsToWire(fields: Fields): WireFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toWire(value)]));
}

function fromWire(value: WireValue): Value {
  if ('stringValue' in value) return value.stringValue;
  if ('integerValue' in value) return BigInt(value.integerValue);
  if ('mapValue' in value) return fieldsFromWire(value.mapValue.fields ?? {});
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(fromWire);
  if ('timestampValue' in value) return new Date(value.timestampValue);
  if ('booleanValue' in value) return value.booleanValue;
  if ('bytesValue' in value) return new Uint8Array(Buffer.from(value.bytesValue, 'base64'));
  if ('nullValue' in value) return null;
  // We store no doubles and no references; a sum is a double where it does not fit into 64 bits.
  throw new Error(`firestore.value-${Object.keys(value)[0]}`);
}

export function fieldsFromWire(fields: WireFields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fromWire(value)]));
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
