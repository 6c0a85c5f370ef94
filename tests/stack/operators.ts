import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { signIn } from '../../local/customer.ts';
import { type Customer, stack } from './client.ts';

export type Ended = { code: number | null; output: string };

/** Runs what operators run, as a process of its own, against this stack; `output` is all that it printed. */
export function operate(command: 'explain' | 'logs' | 'parked' | 'rebuild', ...args: string[]) {
  const [, base = ''] = /\.local\/(\d+)\//.exec(inject('stackFile')) ?? [];
  const child = spawn(process.execPath, ['--import', 'tsx', `operate/${command}.ts`, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', COUNTERFOIL_PORT_BASE: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, output })));
  return { ended, child };
}

export function parked(...args: string[]): Promise<Ended> {
  return operate('parked', ...args).ended;
}

/** Somebody with the operator's role, as an administrator gives it. */
export async function newOperator(): Promise<Customer> {
  const signInAgain = signIn.bind(undefined, `http://${stack.emulators.auth}`, {
    email: `${randomUUID()}@example.com`,
    password: 'counterfoil',
  });
  const { uid } = await signInAgain();
  const url = `http://${stack.emulators.auth}/identitytoolkit.googleapis.com/v1/projects/${stack.project}/accounts:update`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer owner' },
    body: JSON.stringify({ localId: uid, customAttributes: JSON.stringify({ role: 'operator' }) }),
  });
  if (!answer.ok) throw new Error(`the role was not given: ${answer.status}`);
  return signInAgain(); // with the role in the token
}

/** An operator's call of the HTTPS function. */
export async function atOperators<T = Record<string, unknown>>(
  path: string,
  token: string,
  post?: object,
): Promise<{ status: number; body: T }> {
  const authorization = `Bearer ${token}`;
  const options = post && { method: 'POST', body: JSON.stringify(post) };
  const answer = await fetch(`${stack.api}/v1/operators/parked${path}`, {
    headers: { authorization },
    ...options,
  });
  return { status: answer.status, body: (await answer.json()) as T };
}
