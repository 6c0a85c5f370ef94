import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { useRoom } from './room.ts';

/** Of the bundle beside this file, put in when it is built. */
declare const BUNDLE_DIGEST: string;
declare const BUNDLE_ENCODING: 'latin1' | 'utf8';

// Long enough for the first call, for which it was started.
const WRITE_AFTER_MS = 3000;
/**
 * Starts the bundle beside it with what V8 compiled of it before, which halves a cold start. The cache is named
 * after bundle, Node and processor: V8 itself would accept one of another source of the same length. With
 * `CODE_CACHE=write` this process writes it once its first call is done, so that what that compiled is in it.
 */
function startBundle(): void {
  const bundle = join(__dirname, 'index.cjs');
  const cache = join(__dirname, `index-${BUNDLE_DIGEST}-${process.version}-${process.arch}.cache`);
  const cachedData = readIfThere(cache);
  const script = new Script(wrap(readFileSync(bundle, BUNDLE_ENCODING)), {
    filename: bundle,
    ...(cachedData && { cachedData }),
  });
  if (process.env.CODE_CACHE === 'write' && (!cachedData || script.cachedDataRejected)) {
    let written = false;
    const write = () => {
      if (written) return;
      written = true;
      useRoom('wide'); // V8 takes a cache only under the flags under which it was made
      writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
      useRoom('narrow');
      renameSync(`${cache}.${process.pid}`, cache);
    };
    // Soon, because V8 forgets what it compiled and has not run for a while.
    setTimeout(write, WRITE_AFTER_MS).unref();
    process.once('exit', write);
  }
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(bundle), module, bundle, __dirname);
  // Once all is loaded: under other flags Node would compile its own modules anew.
  useRoom('narrow');
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

startBundle();
