import { defineConfig } from 'vitest/config';

/** The laws' own tests, and none of those that stand beside a file. */
export default defineConfig({
  test: {
    include: ['tests/laws/*.test.ts', 'tests/scenarios/*.test.ts'],
    setupFiles: ['tests/planted/first-red.ts'],
    testTimeout: 60_000,
  },
});
