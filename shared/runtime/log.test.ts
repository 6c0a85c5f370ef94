import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { PermanentError } from '../errors.ts';
import { StoreError } from '../platform/platform.ts';
import { errorFields, openLog } from './log.ts';
import { childOf } from './telemetry.ts';

vi.mock('pino', { spy: true });

/** A log, and its lines as they would be written. */
async function opened() {
  const lines: Record<string, unknown>[] = [];
  const real = await vi.importActual<{ pino: typeof pino }>('pino');
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  vi.mocked(pino).mockImplementationOnce(((options: object) =>
    real.pino(options, stream)) as unknown as typeof pino);
  const log = openLog({ project: 'demo-counterfoil', function: 'watch-things', revision: 'r1' });
  return { log, lines };
}

describe('a line', () => {
  test('is JSON as Cloud Logging reads it, and has only the fields that are allowed', async () => {
    const { log, lines } = await opened();
    const secrets = { accountId: 'acct-1', iban: 'DK5000400440116243', body: '{"name":"Ann"}' };
    log.info({ eventId: 'evt-1', count: undefined, ...secrets }, 'handled');
    expect(lines).toEqual([
      {
        severity: 'INFO',
        time: expect.stringMatching(/^2\d{3}-\d\d-\d\dT[\d:.]+Z$/),
        function: 'watch-things',
        revision: 'r1',
        eventId: 'evt-1',
        message: 'handled',
      },
    ]);
  });

  test('says how grave it is in the words of Cloud Logging', async () => {
    const { log, lines } = await opened();
    log.warn({ reason: 'account.not-found' }, 'parked');
    log.error({ errorName: 'TypeError' }, 'failed');
    expect(lines).toMatchObject([
      { severity: 'WARNING', reason: 'account.not-found', message: 'parked' },
      { severity: 'ERROR', errorName: 'TypeError', message: 'failed' },
    ]);
  });

  test.each(['info', 'warn', 'error'] as const)(
    'of %s is found by its trace, where it has one',
    async (level) => {
      const { log, lines } = await opened();
      const trace = childOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
      log.in(trace)[level]({ status: 204 }, 'answered');
      expect(lines).toMatchObject([
        {
          status: 204,
          'logging.googleapis.com/trace': 'projects/demo-counterfoil/traces/0af7651916cd43dd8448eb211c80319c',
          'logging.googleapis.com/spanId': trace.spanId,
          'logging.googleapis.com/trace_sampled': true,
        },
      ]);
    },
  );
});

describe('an error in the log', () => {
  const iban = 'DK5000400440116243';

  test('has its name, its code and its place, and never its message: that may repeat what somebody sent', () => {
    const fields = errorFields(new TypeError(`no account ${iban}`));
    expect(fields).toMatchObject({ errorName: 'TypeError', errorCode: undefined });
    expect(fields.errorStack).toContain('log.test.ts');
    expect(JSON.stringify(fields)).not.toContain(iban);
  });

  test('keeps its message to itself also where that looks like a stack', () => {
    const fields = errorFields(new Error(`first line\n    at ${iban}\n    at the bank`));
    expect(fields.errorStack).toContain('log.test.ts');
    expect(JSON.stringify(fields)).not.toContain(iban);
  });

  test('has at most its eight innermost places, a line each', () => {
    const deep = (depth: number): Error => (depth === 0 ? new Error('deep') : deep(depth - 1));
    const places = String(errorFields(deep(20)).errorStack).split('\n');
    expect(places).toHaveLength(8);
    for (const place of places) expect(place).toMatch(/^ {4}at /);
  });

  test('has no place where nobody knows one', () => {
    expect(errorFields(Object.assign(new Error('lost'), { stack: undefined })).errorStack).toBe('');
  });

  test('tells the code of what we threw ourselves, of the store and of Node', () => {
    expect(errorFields(new PermanentError('account.not-found')).errorCode).toBe('account.not-found');
    expect(errorFields(new StoreError(10)).errorCode).toBe(10);
    expect(errorFields(Object.assign(new Error(), { code: 'ECONNRESET' })).errorCode).toBe('ECONNRESET');
    expect(errorFields(Object.assign(new Error(), { code: { iban } })).errorCode).toBeUndefined();
  });

  test('that is no error is told by its type alone', () => {
    expect(errorFields(iban)).toEqual({ errorName: 'string' });
    expect(errorFields(undefined)).toEqual({ errorName: 'undefined' });
  });
});
