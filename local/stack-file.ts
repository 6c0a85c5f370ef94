import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What others find a running stack by: `.local/<base>/stack.json`, and for the usual base `.local/stack.json` too. */
export function stackFile(base: number, say: (line: string) => void) {
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
    // One that could not be written is no reason to stop, nor not to write the next.
    writing = writing.then(write).catch((error: Error) => say(`stack.json is not written: ${error.message}`));
    return writing;
  }

  async function write(): Promise<void> {
    if (!describe) return;
    const text = `${JSON.stringify(describe(), null, 2)}\n`;
    for (const file of files) {
      await mkdir(dirname(file), { recursive: true });
      // Whole, so that nobody reads half of it.
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    }
  }
}
