import { expect, test } from 'vitest';
import { serviceFrom, servingIn } from './service.ts';

test('of a service that never got ready it is said in words that nobody has any traffic', () => {
  const told = {
    metadata: { name: 'record-transaction', generation: 1, resourceVersion: '7' },
    spec: { template: { spec: { containers: [{ image: 'images.example/fn' }] } } },
    status: {
      observedGeneration: 1,
      url: 'https://record-transaction.example',
      latestCreatedRevisionName: 'record-transaction-00001',
    },
  };
  expect(() => servingIn(serviceFrom(JSON.stringify(told)))).toThrow(
    /^record-transaction: its traffic is split \(nobody has any\)/,
  );
});
