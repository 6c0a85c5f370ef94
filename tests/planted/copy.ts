import { cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Edit } from './bug.ts';

const NOT_SOURCES: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.local', '.stryker']);

/** The code once more, to be broken. It shares what is installed. */
export async function copyOf(project: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'planted-'));
  await cp(project, root, { recursive: true, filter: (path) => !NOT_SOURCES.has(basename(path)) });
  await symlink(join(project, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/** Acts while the bug is in the copy; throws where it does not fit. */
export async function planted<T>(root: string, edits: readonly Edit[], act: () => Promise<T>): Promise<T> {
  const before = new Map<string, string>();
  try {
    for (const { file, find, replace } of edits) {
      const path = join(root, file);
      const text = await readFile(path, 'utf8');
      if (!before.has(path)) before.set(path, text);
      const count = text.split(find).length - 1;
      if (count !== 1) throw new Error(`does not fit any more: ${file} has it ${count} times`);
      await writeFile(
        path,
        text.replace(find, () => replace),
      );
    }
    return await act();
  } finally {
    for (const [path, text] of before) await writeFile(path, text);
  }
}
