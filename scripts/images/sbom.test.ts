import { expect, test } from 'vitest';
import { sbomOf } from './sbom.ts';

const ZOD = 'node_modules/zod/v4/core/schemas.js';
const FRAMEWORK = 'node_modules/@google-cloud/functions-framework/build/src/main.js';

test('a bill of materials lists each package that gave a bundle a line, once, with its hash and its licence', async () => {
  const inputs = [
    ZOD,
    'shared/runtime/main.ts',
    FRAMEWORK,
    'node_modules/zod/index.js',
    'loaded-when-used:qs',
  ];
  const bom = JSON.parse(await sbomOf('track-thing', '0123456789abcdef', inputs));
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  expect(bom.metadata.component).toMatchObject({ name: 'track-thing', version: '0123456789abcdef' });
  expect(bom.components).toEqual([
    {
      type: 'library',
      'bom-ref': 'pkg:npm/%40google-cloud/functions-framework@5.0.5',
      group: '@google-cloud',
      name: 'functions-framework',
      version: '5.0.5',
      hashes: [
        {
          alg: 'SHA-512',
          content:
            'ff0f8e07533126ec75b8ef4a46e7780913cba2e681edb65ccb4bfa4937c5561ef2a9a7d9d4be5ca16229b1ea0a3cb520c8d7dac32a047c4da61010d164d18bdb',
        },
      ],
      licenses: [{ expression: 'Apache-2.0' }],
      purl: 'pkg:npm/%40google-cloud/functions-framework@5.0.5',
    },
    {
      type: 'library',
      'bom-ref': 'pkg:npm/zod@4.6.7',
      name: 'zod',
      version: '4.6.7',
      hashes: [
        {
          alg: 'SHA-512',
          content:
            '83c5b60f6914e9af2e9ed734e777d7d6e5412b333bcaa0315bfdf3c24f37fba472176f9228eb95f9cd30043854c335753da19aa66647fab99c5333dffb7086c2',
        },
      ],
      licenses: [{ expression: 'MIT' }],
      purl: 'pkg:npm/zod@4.6.7',
    },
  ]);
});

test('a bill of materials changes with what it lists alone', async () => {
  const [once, again] = [await sbomOf('f', 'd', [ZOD, FRAMEWORK]), await sbomOf('f', 'd', [FRAMEWORK, ZOD])];
  expect(again).toBe(once);
});
