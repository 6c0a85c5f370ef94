import { describe, expect, test } from 'vitest';
import { openStore, storedBytes } from './stored.ts';

// The document of Google's own page on storage sizes, and its sizes there.
const TASK = {
  type: { stringValue: 'Personal' },
  done: { booleanValue: false },
  priority: { integerValue: '1' },
  description: { stringValue: 'Learn Cloud Firestore' },
};
const COMMIT = '/v1/projects/p/databases/(default)/documents:commit';
const NAME = 'projects/p/databases/(default)/documents/';
const commit = (...writes: object[]) => ({ path: COMMIT, request: { writes }, answer: {}, status: 200 });

describe('what is stored', () => {
  test('a document is as large as Google says', () => {
    expect(storedBytes('users/jeff/tasks/my_task_id', TASK).documentBytes).toBe(147);
  });

  test('each field has an entry in either order, as large as Google says', () => {
    const { indexBytes } = storedBytes('users/jeff/tasks/my_task_id', { done: { booleanValue: false } });
    expect(indexBytes).toBe(2 * 109);
  });

  test('a field that is not indexed has no entry, and one over all collections has one', () => {
    expect(storedBytes('inbox/inb_1', { bytes: { bytesValue: 'AAAA' } }).indexBytes).toBe(0);
    // accounts/a/transactions/t: 9 + 2 + 13 + 2 + 16 = 42; `id` 3, its text 2, and 48.
    expect(storedBytes('accounts/a/transactions/t', { id: { stringValue: 't' } }).indexBytes).toBe(95);
  });

  test('what replaces a document is counted by what it adds, and what is deleted is given back', () => {
    const store = openStore();
    const task = (description: string) => ({
      update: {
        name: `${NAME}users/jeff/tasks/my_task_id`,
        fields: { description: { stringValue: description } },
      },
    });
    const first = store.keep([commit(task('Learn'))]);
    // 44 for its name, 12 + 6 for its field, 32.
    expect(first.tasks).toMatchObject({ writes: 1, documentBytes: 94 });
    expect(store.keep([commit(task('Learn more'))]).tasks).toMatchObject({ writes: 1, documentBytes: 5 });
    const gone = store.keep([commit({ delete: `${NAME}users/jeff/tasks/my_task_id` })]);
    expect(gone.tasks).toMatchObject({ documentBytes: -99 });
  });

  test('what moves a balance is a write that stores nothing more, and what is refused is none', () => {
    const moved = {
      update: { name: `${NAME}accounts/a/balances/0`, fields: {} },
      updateMask: { fieldPaths: [] },
    };
    expect(openStore().keep([commit(moved)])).toEqual({
      balances: { writes: 1, documentBytes: 0, indexBytes: 0 },
    });
    expect(openStore().keep([{ ...commit(moved), status: 409 }])).toEqual({});
  });
});
