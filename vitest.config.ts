import { defineConfig } from 'vitest/config';

/** In turn, since they share the machine: `unit` needs nothing but Node; `contracts` starts the real emulators; `stack` starts everything. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 1 },
          include: [
            '{functions,shared,scripts,sandbox-bank,local,operate}/**/*.test.ts',
            'tests/laws/*.test.ts',
            'tests/release/*.test.ts',
            'tests/scenarios/*.test.ts',
            'tests/stored/*.test.ts',
            'tests/soak/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'contracts',
          sequence: { groupOrder: 2 },
          include: ['tests/contracts/*.test.ts'],
          globalSetup: ['tests/contracts/emulators.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'stack',
          sequence: { groupOrder: 3 },
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
