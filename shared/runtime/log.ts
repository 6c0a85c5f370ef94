import { pino } from 'pino';
import { PermanentError } from '../errors.ts';
import { idFrom } from '../events/id.ts';
import type { Trace } from './telemetry.ts';

// What may stand in a log: ids, codes and counts. A field that is not here is left out, whatever it holds.
const ALLOWED = [
  'account',
  'cause',
  'count',
  'errorCode',
  'errorName',
  'errorStack',
  'eventId',
  'milliseconds',
  'outcome',
  'port',
  'reason',
  'route',
  'status',
  'type',
  'variable',
] as const;

export type LogFields = {
  readonly [Field in (typeof ALLOWED)[number]]?: string | number | boolean | undefined;
};

export type Log = {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** The same log, its lines bound to a place in a trace. */
  in(trace: Trace): Log;
};

/** A mark in place of an account's id, which at some banks is its number: whoever knows the id finds the mark. */
export function markOf(about: unknown): string | undefined {
  const { accountId } = (about ?? {}) as { accountId?: unknown };
  return typeof accountId === 'string' ? idFrom('acc', accountId) : undefined;
}

/** One JSON line an entry, as Cloud Logging reads it: severity, message, time, trace, revision. */
export function openLog(names: { project: string; function: string; revision: string }): Log {
  const lines = pino({
    base: { function: names.function, revision: names.revision },
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ severity: label === 'warn' ? 'WARNING' : label.toUpperCase() }) },
  });

  function bound(trace: Trace | undefined): Log {
    const place = trace && {
      'logging.googleapis.com/trace': `projects/${names.project}/traces/${trace.traceId}`,
      'logging.googleapis.com/spanId': trace.spanId,
      'logging.googleapis.com/trace_sampled': trace.traceparent.endsWith('1'),
    };
    return {
      info: (fields, message) => lines.info({ ...allowed(fields), ...place }, message),
      warn: (fields, message) => lines.warn({ ...allowed(fields), ...place }, message),
      error: (fields, message) => lines.error({ ...allowed(fields), ...place }, message),
      in: bound,
    };
  }

  return bound(undefined);
}

/** An error without its message, which may repeat what somebody sent; a code of our own says enough. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const code = error instanceof PermanentError ? error.code : (error as { code?: unknown }).code;
  // The stack begins with the message, and a line of it could look like a frame.
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return {
    errorName: error.name,
    errorCode: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    errorStack: frames.slice(0, 8).join('\n'),
  };
}

function allowed(fields: LogFields): LogFields {
  const kept: Record<string, LogFields[keyof LogFields]> = {};
  for (const name of ALLOWED) if (fields[name] !== undefined) kept[name] = fields[name];
  return kept;
}
