import type { Profiler } from 'node:inspector';
import { expect, test } from 'vitest';
import { flameGraph } from './flame.ts';
import { ownerOf } from './owners.ts';
import { callTree, sharesOf } from './tree.ts';

const EXPRESS = 'node_modules/express/lib/application.js';
const ROUTER = 'node_modules/router/index.js';

test.each([
  ['shared/runtime/door.ts', 'runtime'],
  ['shared/runtime/log.ts', 'log (pino)'],
  ['shared/runtime/open-telemetry.ts', 'telemetry'],
  ['shared/platform/rest/call.ts', 'platform'],
  ['shared/store/balances.ts', 'functions, domain, stores'],
  ['functions/ledger/record-transaction/part.ts', 'functions, domain, stores'],
  ['node_modules/zod/v4/core/parse.js', 'schemas (zod)'],
  ['node_modules/sonic-boom/index.js', 'log (pino)'],
  [EXPRESS, 'framework'],
  ['node:net', 'Node'],
  ['node:domain', 'Node, async hooks'],
  ['node:internal/async_hooks', 'Node, async hooks'],
  ['(garbage collector)', 'garbage collection'],
])('%s is of %s', (file, owner) => {
  expect(ownerOf(file, 'platform')).toBe(owner);
});

test('machine code, and a library of two owners, are of who called them', () => {
  expect(ownerOf('', 'schemas (zod)')).toBe('schemas (zod)');
  expect(ownerOf('node_modules/path-to-regexp/src/index.ts', 'runtime')).toBe('runtime');
});

test('what Node does for somebody is in his share, and idling in nobody’s', () => {
  const tree = treeOf([
    called('', '(root)', [
      called('', '(idle)', [], 90),
      called('', '(garbage collector)', [], 2),
      called('node:net', 'onread', [], 1),
      called(
        'shared/runtime/door.ts',
        'send',
        [called('node:net', 'write', [called('', 'writev', [], 4)])],
        3,
      ),
    ]),
  ]);
  expect(tree.all).toBe(10);
  expect(Object.fromEntries(sharesOf(tree))).toEqual({
    Node: { own: 5, withNode: 1 },
    runtime: { own: 3, withNode: 7 },
    'garbage collection': { own: 2, withNode: 2 },
  });
});

test('only what was sampled under load counts', () => {
  const root = called('', '(root)', [called('node:net', 'write', [], 10)]);
  expect(treeOf([root], { from: 3000, until: 7000 }).all).toBe(5);
});

test('the router’s frames between two handlers of Express’s are folded into the first', () => {
  const [tree] = treeOf([
    called('', '(root)', [
      called(EXPRESS, 'handle', [called(ROUTER, 'next', [called(EXPRESS, 'query', [], 5)], 2)], 1),
    ]),
  ]).children;
  expect(tree).toMatchObject({ name: 'handle', own: 3, all: 8, children: [{ name: 'query', all: 5 }] });
});

test('the picture leaves out what is too narrow to see, and escapes names', async () => {
  const tree = treeOf([
    called('', '(root)', [called(EXPRESS, '<wide>', [], 999), called(EXPRESS, 'narrow', [], 1)]),
  ]);
  const svg = await flameGraph(tree, { title: 'a title' });
  expect(svg).toContain(`<title>&lt;wide&gt; ${EXPRESS}, 99.9 %</title>`);
  expect(svg).not.toContain('narrow');
});

type Called = {
  readonly frame: Profiler.ProfileNode['callFrame'];
  readonly calls: Called[];
  readonly times: number;
};

function called(url: string, functionName: string, calls: Called[] = [], times = 0): Called {
  const frame = { functionName, url, scriptId: '0', lineNumber: -1, columnNumber: -1 };
  return { frame, calls, times };
}

/** Of a profile with a sample a millisecond, the first at 1000 microseconds. */
function treeOf(roots: readonly Called[], { from = 0, until = Number.POSITIVE_INFINITY } = {}) {
  const nodes: Profiler.ProfileNode[] = [];
  const samples: number[] = [];
  const add = ({ frame, calls, times }: Called): number => {
    const node: Profiler.ProfileNode = { id: nodes.length + 1, callFrame: frame, children: [] };
    nodes.push(node);
    samples.push(...Array<number>(times).fill(node.id));
    node.children = calls.map(add);
    return node.id;
  };
  roots.map(add);
  const timeDeltas = samples.map(() => 1000);
  const profile = { nodes, samples, timeDeltas, startTime: 0, endTime: samples.length * 1000 };
  return callTree({ profile, from, until }, ({ url: file }) => ({ file }));
}
