import { type BuildOptions, build } from 'esbuild';
import { registry } from '../../functions/registry.ts';
import { printTable } from './figures.ts';

// How much code each function brings with it: its bundle, minified, over that of an empty function with the framework
// in it. What few calls load lies in a file of its own (scripts/build.ts), and is not in these.
const KB_MAX = 500;

async function main(): Promise<void> {
  const empty = await kilobytes(
    "import { http } from '@google-cloud/functions-framework';" +
      "import { getTestServer } from '@google-cloud/functions-framework/testing';" +
      "http('empty', (_request, response) => response.sendStatus(204)); getTestServer('empty').listen(8080);",
  );
  const sizes = await Promise.all(
    registry.map(async ({ room, fn: { name } }) => {
      const serve = "import { serve } from './shared/runtime/main.ts'; serve(fn);";
      return {
        name,
        kb: await kilobytes(`import fn from './functions/${room}/${name}/function.ts'; ${serve}`),
      };
    }),
  );
  printTable([
    ['minified', 'KB', 'KB over empty'],
    ['empty framework function', empty.toFixed(0), ''],
    ...sizes.map(({ name, kb }) => [name, kb.toFixed(0), (kb - empty).toFixed(0)]),
  ]);
  if (sizes.every(({ kb }) => kb - empty < KB_MAX)) return;
  console.log(`\nNo function is to bring ${KB_MAX} KB.`);
  process.exitCode = 1;
}

async function kilobytes(contents: string): Promise<number> {
  const options: BuildOptions = {
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    ...{ bundle: true, write: false, minify: true, platform: 'node', target: 'node20', format: 'cjs' },
    mainFields: ['module', 'main'],
    external: ['google-auth-library', '@simplewebauthn/server'],
    legalComments: 'none',
  };
  const { outputFiles = [] } = await build(options);
  return (outputFiles[0]?.contents.length ?? 0) / 1024;
}

await main();
