import { defineConfig } from 'vitest/config';

/** Scenarios alone, and none of the tests that stand beside a file: a bug that is planted must be seen from outside. */
export default defineConfig({
  test: {
    include: ['tests/scenarios/*.test.ts'],
    setupFiles: ['tests/planted/first-red.ts'],
    testTimeout: 600_000,
  },
});
