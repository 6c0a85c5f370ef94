import { defineConfig } from 'vitest/config';

/** `unit` needs nothing but Node; `contracts` starts the real emulators; `stack` starts everything. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{functions,shared,scripts,sandbox-bank,local,operate}/**/*.test.ts',
            'tests/laws/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'contracts',
          include: ['tests/contracts/*.test.ts'],
          globalSetup: ['tests/contracts/emulators.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['tests/stack/*.test.ts'],
          globalSetup: ['tests/stack/setup.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
