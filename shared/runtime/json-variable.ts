import * as z from 'zod';

/** An environment variable that is JSON of this shape. What is no JSON is an issue like any other, so that it names the variable. */
export function jsonVariable<S extends z.ZodType>(schema: S, defaultText: string) {
  return z
    .string()
    .default(defaultText)
    .transform((text, { issues }): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        issues.push({ code: 'custom', message: 'JSON', input: text });
        return z.NEVER;
      }
    })
    .pipe(schema);
}
