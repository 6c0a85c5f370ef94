// Which change of our code would no test notice? `npm run test:mutation` makes them one by one, and docs/mutation.md tells.
export default {
  mutate: ['shared/{domain,runtime}/*.ts', '!**/*.test.ts', '!shared/runtime/start.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: true },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/tmp',
  ignorePatterns: ['dist', '.local', 'docs', 'infra', 'knative'],
  tsconfigFile: 'none', // it would be read by TypeScript's classic API, which 7 has not
  disableTypeChecks: false,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { reportTests: false, allowColor: false },
};
