import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { PermanentError } from '../errors.ts';
import { StoreError } from '../platform/platform.ts';
import { errorFields } from './log.ts';

/** The lines of a process that writes this to its log. */
function written(statement: string): Record<string, unknown>[] {
  const source = `import { openLog } from './shared/runtime/log.ts';
    import { childOf } from './shared/runtime/telemetry.ts';
    const log = openLog({ project: 'demo-counterfoil', function: 'watch-things', revision: 'r1' });
    ${statement}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env: {} });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is JSON as Cloud Logging reads it, and has only the fields that are allowed', () => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const [first, second] = written(`
    log.info({ eventId: 'evt-1', accountId: 'acct-1', facts: { tries: 3 }, iban: 'DK5000400440116243', body: { name: 'Ann' } }, 'handled');
    log.in(childOf('${trace}')).warn({ reason: 'account.not-found', count: undefined }, 'parked');`);
  expect(first).toEqual({
    severity: 'INFO',
    time: expect.stringMatching(/^2\d{3}-\d\d-\d\dT[\d:.]+Z$/),
    function: 'watch-things',
    revision: 'r1',
    eventId: 'evt-1',
    message: 'handled',
  });
  expect(second).toMatchObject({
    severity: 'WARNING',
    reason: 'account.not-found',
    'logging.googleapis.com/trace': 'projects/demo-counterfoil/traces/0af7651916cd43dd8448eb211c80319c',
  });
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
