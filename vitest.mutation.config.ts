import { defineConfig, type Plugin } from 'vitest/config';
import type { Reporter, Vitest } from 'vitest/node';

// Stryker prints `(a as T) < b` without its parentheses, and then `T < b` begins a list of types.
const comparedCasts: Plugin = {
  name: 'compared-casts',
  enforce: 'pre',
  transform: (code) => code.replace(/([\w?.]+ as \w+) (<=? )/g, '($1) $2'),
};

let vitest: Vitest;

/** To Stryker a test file that cannot be loaded is one without tests: it would say that nothing was noticed. */
const loudly: Reporter = {
  onInit(made) {
    vitest = made;
  },
  onTestRunEnd(modules) {
    for (const { message } of modules.flatMap((module) => module.errors()))
      vitest.state.catchError(new Error(message), 'loading');
  },
};

/** For Stryker alone: the tests of two folders, without those that start processes: a process has no mutants. */
export default defineConfig({
  plugins: [comparedCasts],
  test: {
    include: ['shared/{domain,runtime}/*.test.ts'],
    exclude: ['shared/runtime/process.test.ts'],
    reporters: [loudly],
    testTimeout: 30_000,
  },
});
