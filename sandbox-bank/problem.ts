import type * as z from 'zod';

/** A refusal as the caller sees it: RFC 9457 problem details. `errors` point at the wrong fields as the RFC's example does. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: { pointer: string; detail: string }[];

  /** `code` is stable and in kebab-case, for programs; `detail` is a sentence for people. */
  constructor(
    status: number,
    code: string,
    detail: string,
    errors: { pointer: string; detail: string }[] = [],
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  toResponse(): Response {
    const title = this.code.charAt(0).toUpperCase() + this.code.slice(1).replaceAll('-', ' ');
    const details = {
      type: `urn:sandbox-bank:${this.code}`,
      title,
      status: this.status,
      detail: this.message,
    };
    const body = this.errors.length > 0 ? { ...details, errors: this.errors } : details;
    const headers = { 'content-type': 'application/problem+json' };
    return new Response(JSON.stringify(body), { status: this.status, headers });
  }
}

export function notFound(noun: string): Problem {
  return new Problem(404, `${noun}-not-found`, `This bank knows no such ${noun}.`);
}

/** Refuses a field that has the right shape and still cannot be. */
export function wrongField(field: string, detail: string): Problem {
  return new Problem(422, 'invalid-body', `${field}: ${detail}`, [{ pointer: `#/${field}`, detail }]);
}

/** Reads a value by its schema, or refuses it naming each wrong field. */
export function checked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  refusal: { status: number; code: string },
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    pointer: `#/${issue.path.join('/')}`,
    detail: issue.message,
  }));
  const detail = errors.map((error) => `${error.pointer.slice(2) || 'body'}: ${error.detail}`).join('; ');
  throw new Problem(refusal.status, refusal.code, detail, errors);
}
