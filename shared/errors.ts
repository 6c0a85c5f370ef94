/** Facts beside an error's code: ids, codes and counts, never names, account numbers or bodies. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/** No retry can help: the platform parks the message with this code and its facts, and acknowledges it. */
export class PermanentError extends Error {
  readonly code: string;
  readonly facts: ErrorFacts;
  /** The path of the account that is not there yet: what is parked is redriven by itself once it is. */
  readonly waitsFor: string | undefined;

  constructor(code: string, facts: ErrorFacts = {}, options: { cause?: unknown; waitsFor?: string } = {}) {
    super(code, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'PermanentError';
    this.code = code;
    this.facts = facts;
    this.waitsFor = options.waitsFor;
  }
}

/**
 * The caller's mistake, answered with this HTTP status and code as RFC 9457 problem details.
 * `detail` is for a person who mends the request: of what was sent it repeats at most the name of a field.
 */
export class PublicError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail?: string, headers: Record<string, string> = {}) {
    super(code);
    this.name = 'PublicError';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.headers = headers;
  }
}

/**
 * A refusal that its caller cannot mend and an operator can: the log names the `variable` whose value leaves something out,
 * and by its mark the account that it was refused of.
 */
export class UnsetError extends PublicError {
  readonly variable: string;
  readonly accountId: string;

  constructor(
    status: number,
    code: string,
    { variable, accountId }: { variable: string; accountId: string },
  ) {
    super(status, code);
    this.variable = variable;
    this.accountId = accountId;
  }
}
