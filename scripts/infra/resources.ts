import * as z from 'zod';

/** What Terraform tells only once it has applied. */
const LATER = '(known after apply)';

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** A resource as it is planned, or as it is. */
export type Resource = { readonly address: string; readonly type: string; readonly values: Value };

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(value), z.record(z.string(), value)]),
);

const plan = z.object({
  resource_changes: z.array(
    z.object({
      address: z.string(),
      type: z.string(),
      mode: z.string(),
      change: z.object({ after: value, after_unknown: value }),
    }),
  ),
});

type Module = {
  resources?: { address: string; type: string; values: Value }[] | undefined;
  child_modules?: Module[] | undefined;
};
const module: z.ZodType<Module> = z.lazy(() =>
  z.object({
    resources: z.array(z.object({ address: z.string(), type: z.string(), values: value })).optional(),
    child_modules: z.array(module).optional(),
  }),
);
const state = z.object({ values: z.object({ root_module: module }) });

/** From `terraform show -json <plan>`; what is not known yet is `LATER`. */
export function planned(json: string): Resource[] {
  return plan
    .parse(JSON.parse(json))
    .resource_changes.filter(({ mode, change }) => mode === 'managed' && change.after !== null)
    .map(({ address, type, change }) => ({
      address,
      type,
      values: marked(change.after, change.after_unknown),
    }));
}

/** From `terraform show -json`, where everything is known. */
export function applied(json: string): Resource[] {
  const inside = ({ resources = [], child_modules: modules = [] }: Module): Resource[] => [
    ...resources,
    ...modules.flatMap(inside),
  ];
  return inside(state.parse(JSON.parse(json)).values.root_module);
}

function marked(after: Value | undefined, unknown: Value | undefined): Value {
  if (unknown === true) return LATER;
  if (Array.isArray(after)) return after.map((each, n) => marked(each, entry(unknown, n)));
  if (typeof after !== 'object' || after === null) return after ?? null;
  const keys = new Set([...Object.keys(after), ...Object.keys(isObject(unknown) ? unknown : {})]);
  return Object.fromEntries([...keys].map((key) => [key, marked(entry(after, key), entry(unknown, key))]));
}

function isObject(of: Value | undefined): of is { readonly [key: string]: Value } {
  return typeof of === 'object' && of !== null && !Array.isArray(of);
}

function entry(of: Value | undefined, key: string | number): Value | undefined {
  if (typeof key === 'number') return Array.isArray(of) ? (of as readonly Value[])[key] : undefined;
  return isObject(of) ? of[key] : undefined;
}

/** What is at a path, as `template.0.containers`; undefined where nothing is. */
export function at(of: Resource | Value | undefined, path: string): Value | undefined {
  const start = isResource(of) ? of.values : of;
  return path
    .split('.')
    .reduce<Value | undefined>((inner, key) => entry(inner, /^\d+$/.test(key) ? Number(key) : key), start);
}

/** The elements of the list at a path. */
export function each(of: Resource | Value | undefined, path: string): readonly Value[] {
  const found = at(of, path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path, and nothing for what is no text. */
export function text(of: Resource | Value | undefined, path: string): string {
  const found = at(of, path);
  return found === undefined || found === null || typeof found === 'object' ? '' : String(found);
}

function isResource(of: Resource | Value | undefined): of is Resource {
  return isObject(of as Value) && 'address' in (of as object) && 'values' in (of as object);
}
