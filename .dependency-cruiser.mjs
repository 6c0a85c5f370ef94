// Who may import whom. `npm run imports` checks it; each rule's comment is what its breaker reads.

const DESCRIPTIONS = '^functions/[^/]+/[^/]+/(api|answers)\\.ts$|^shared/runtime/described/';
const TESTS = '\\.test\\.ts$|^shared/testing/|^tests/';

/** Imports go one way: each layer may import those above it. Store and banks do not know each other. */
const LAYERS = [
  { name: 'errors', path: '^shared/errors\\.ts$' },
  { name: 'domain', path: '^shared/domain/' },
  { name: 'events', path: '^shared/events/' },
  { name: 'store', path: '^shared/store/', neither: '^shared/banks/' },
  { name: 'banks', path: '^shared/banks/' },
  { name: 'platform', path: '^shared/platform/' },
  { name: 'runtime', path: '^shared/runtime/' },
  { name: 'functions', path: '^functions/' },
];
const OUTSIDE = '^(local|operate|scripts|sandbox-bank|apps|tests)/';

const oneWay = LAYERS.map(({ name, path }, n) => ({
  name: `one-way-${name}`,
  comment:
    'Imports go one way: errors, domain, events, store and banks, platform, runtime, functions, the rest.',
  severity: 'error',
  from: { path, pathNot: TESTS },
  to: { path: [...LAYERS.slice(n + 1).map((layer) => layer.path), OUTSIDE] },
}));

const rules = [
  {
    name: 'banks-know-no-store',
    comment: 'A bank says what happened in canonical words; where that is kept is not its business.',
    from: { path: '^shared/banks/', pathNot: TESTS },
    to: { path: '^shared/store/' },
  },
  {
    name: 'domain-is-pure',
    comment: 'The rules of money import nothing but errors: no package, not even of Node, can change a sum.',
    from: { path: '^shared/domain/', pathNot: TESTS },
    to: { pathNot: '^shared/(domain/|errors\\.ts$)' },
  },
  {
    name: 'errors-import-nothing',
    comment: 'Everybody imports errors, so errors import nobody.',
    from: { path: '^shared/errors\\.ts$' },
    to: {},
  },
  {
    name: 'functions-are-apart',
    comment:
      'A function is changed and deployed alone. What two need is a rule, an event or a store: shared/.',
    // A test may let others play their part.
    from: { path: '^functions/([^/]+/[^/]+)/', pathNot: TESTS },
    to: { path: '^functions/', pathNot: '^functions/$1/' },
  },
  {
    name: 'api-is-for-tools',
    comment: 'What callers are told of a function makes docs/openapi.json, and no bundle larger.',
    from: { path: '^(functions|shared)/', pathNot: `${TESTS}|${DESCRIPTIONS}` },
    to: { path: DESCRIPTIONS },
  },
  {
    name: 'functions-know-the-seam-alone',
    comment: 'Functions see the cloud as `Platform`; which one it is, main.ts decides.',
    from: { path: '^functions/', pathNot: TESTS },
    to: { path: '^shared/(platform|runtime/main\\.ts$)', pathNot: '^shared/platform/platform\\.ts$' },
  },
  {
    name: 'no-single-bank',
    comment: 'A bank is one of many: ask shared/banks/index.ts by name.',
    from: { pathNot: '^shared/banks/' },
    to: { path: '^shared/banks/[^/]+/' },
  },
  {
    name: 'banks-are-apart',
    comment: 'What two banks have in common is shared/banks/bank.ts.',
    from: { path: '^shared/banks/([^/]+)/' },
    to: { path: '^shared/banks/[^/]+/', pathNot: '^shared/banks/$1/' },
  },
  {
    name: 'google-in-platform-alone',
    comment: 'Only shared/platform knows a client of Google, so that another can take its place.',
    from: { path: '^(functions|shared)/', pathNot: '^shared/platform/' },
    to: {
      path: 'node_modules/(@google-cloud/|google-|firebase)',
      pathNot: '@google-cloud/functions-framework',
    },
  },
  {
    name: 'framework-in-main-alone',
    comment: 'The framework runs functions; no function knows it.',
    from: { path: '^(functions|shared)/', pathNot: '^shared/runtime/main\\.ts$' },
    to: { path: 'node_modules/@google-cloud/functions-framework' },
  },
  {
    name: 'operate-knows-what-is-deployed',
    comment:
      'What operators run acts on any environment, so it stands on nothing of an engineer’s own stack.',
    from: { path: '^operate/', pathNot: TESTS },
    to: { path: '^(local|scripts|sandbox-bank|apps|tests)/' },
  },
  {
    name: 'sandbox-bank-is-a-stranger',
    comment: 'A real bank knows nothing of our code; agreeing with us by sharing it would prove nothing.',
    from: { path: '^sandbox-bank/' },
    to: { path: '^(functions|shared|local|operate|scripts|apps|tests)/' },
  },
  {
    name: 'testing-is-for-tests',
    comment: 'shared/testing builds what is not true.',
    from: { pathNot: TESTS },
    to: { path: '^shared/testing/' },
  },
  {
    name: 'nobody-imports-a-test',
    comment: 'What a test shares goes to shared/testing; importing a test runs it twice.',
    from: {},
    to: { path: '\\.test\\.ts$' },
  },
  {
    name: 'deployed-code-is-a-dependency',
    comment: 'A bundle takes in what it imports, and devDependencies are not watched as what is deployed is.',
    from: { path: '^(functions|shared)/', pathNot: `${TESTS}|^shared/platform/memory\\.ts$` },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-circles',
    comment: 'Of two files that import each other neither can be read first.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-dead-ends',
    comment: 'What is imported does not exist.',
    from: {},
    to: { couldNotResolve: true },
  },
];

export default {
  forbidden: [...oneWay, ...rules.map((rule) => ({ severity: 'error', ...rule }))],
  options: {
    // TypeScript 7 has no API for JavaScript, so swc parses. It does not tell a type's import from a value's,
    // which suits us: knowing another's type is knowing the other.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|apps/[^/]+/dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
