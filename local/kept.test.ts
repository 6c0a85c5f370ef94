import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKept, restoreUsers, writeKept } from './kept.ts';

const project = 'demo-counterfoil';
const bank = {
  entries: [{ at: '2026-02-28T09:30:00.000Z', request: { path: '/accounts', body: '{}' }, ids: ['acct_1'] }],
  unacknowledged: ['evt_3'],
};
const users = '{"users":[{"localId":"uid_ida"}]}';

let folder: string;
let exportStatus: number;
let asked: { method: string; url: string; body: string }[];
// Both emulators, as far as they are asked.
const emulators = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method = '', url = '' } = request;
  asked.push({ method, url, body });
  response.writeHead(url.endsWith(':export') ? exportStatus : 200).end(users);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'));
  [exportStatus, asked] = [200, []];
  await new Promise<void>((resolve) => emulators.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => emulators.close(resolve).closeAllConnections());
  await rm(folder, { recursive: true });
});

function write(changes: Partial<typeof bank> = {}): Promise<void> {
  const address = `127.0.0.1:${(emulators.address() as AddressInfo).port}`;
  return writeKept(folder, { project, firestore: address, auth: address, bank: { ...bank, ...changes } });
}

test('before anything was kept there is nothing to go on from', async () => {
  expect(await readKept(folder)).toBeUndefined();
  expect(await readKept(join(folder, 'nowhere'))).toBeUndefined();
});

test('what was kept last is what a start goes on from, and what was kept before is gone', async () => {
  await write({ unacknowledged: [] });
  await write();
  const kept = await readKept(folder);
  expect(kept).toMatchObject({ users, bank });
  expect(kept?.firestore).toBe(join(kept?.folder ?? '', 'firestore', 'firestore.overall_export_metadata'));
  expect(await readdir(folder)).toHaveLength(1);
});

test('a keeping that fails leaves what was kept before, and is never read itself', async () => {
  exportStatus = 500;
  await expect(write()).rejects.toThrow(':export answered 500');
  expect(await readKept(folder)).toBeUndefined();
  exportStatus = 200;
  await write();
  exportStatus = 500;
  await expect(write({ unacknowledged: [] })).rejects.toThrow(':export answered 500');
  expect((await readKept(folder))?.bank.unacknowledged).toEqual(['evt_3']);
});

test('what cannot be read is refused in one line that says what to delete', async () => {
  await mkdir(join(folder, '2026-02-28'));
  await writeFile(join(folder, '2026-02-28', 'users.json'), users);
  await writeFile(join(folder, '2026-02-28', 'bank.json'), '{"entries":[');
  const remedy = `delete ${join(folder, '2026-02-28')} or leave out --keep: `;
  await expect(readKept(folder)).rejects.toThrow(remedy);
});

test('users are given back as they were exported, and no users are no request', async () => {
  const address = `127.0.0.1:${(emulators.address() as AddressInfo).port}`;
  await restoreUsers(address, project, '{"kind":"identitytoolkit#DownloadAccountResponse"}');
  expect(asked).toEqual([]);
  await restoreUsers(address, project, users);
  const url = '/identitytoolkit.googleapis.com/v1/projects/demo-counterfoil/accounts:batchCreate';
  expect(asked).toEqual([{ method: 'POST', url, body: users }]);
});
