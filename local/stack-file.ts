import { rename, rm, writeFile } from 'node:fs/promises';

/** What others find a running stack by: `.local/<base>/stack.json`, and for the usual base `.local/stack.json` too. */
export function stackFile(base: number) {
  const files = [`.local/${base}/stack.json`, ...(base === 8400 ? ['.local/stack.json'] : [])];
  let describe: (() => object) | undefined;
  let writing = Promise.resolve();

  return {
    /** Writes it, and from then on whenever `refresh` says that something is another. */
    publish(stack: () => object): Promise<void> {
      describe = stack;
      return refresh();
    },
    refresh,
    async remove(): Promise<void> {
      describe = undefined;
      await writing;
      await Promise.all(files.map((file) => rm(file, { force: true })));
    },
  };

  function refresh(): Promise<void> {
    writing = writing.then(async () => {
      if (!describe) return;
      const text = `${JSON.stringify(describe(), null, 2)}\n`;
      for (const file of files) {
        // Whole, so that nobody reads half of it.
        await writeFile(`${file}.new`, text);
        await rename(`${file}.new`, file);
      }
    });
    return writing;
  }
}
