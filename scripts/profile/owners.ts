/** Whose a file is: the first that knows it. Files are as in `tree.ts`, the colours those of the picture. */
const OWNERS = [
  {
    owner: 'log (pino)',
    fill: '#fbd75b',
    files: /^(shared\/runtime\/log\.ts|node_modules\/(pino|@pinojs|sonic-boom|quick-format|safe-stable))/,
  },
  {
    owner: 'telemetry',
    fill: '#d9b3e6',
    files:
      /^(shared\/runtime\/(.*telemetry|observed|kept-spans|measures)\.ts|node_modules\/@opentelemetry\/)/,
  },
  { owner: 'platform', fill: '#f0a35e', files: /^(shared\/platform\/|node_modules\/google-auth-library\/)/ },
  { owner: 'schemas (zod)', fill: '#cbe58e', files: /^node_modules\/zod\// },
  {
    owner: 'runtime',
    fill: '#8ec6e6',
    files: /^(shared\/(runtime\/|errors)|start\.cjs|made:|node_modules\/jose\/)/,
  },
  { owner: 'functions, domain, stores', fill: '#7cc48a', files: /^(functions|shared)\// },
  // Both the framework's router and our runtime ask path-to-regexp, which is then whose caller's it is.
  { owner: 'framework', fill: '#f2908a', files: /^(node_modules\/(?!path-to-regexp)|loaded-when-used:)/ },
  { owner: 'Node, async hooks', fill: '#b4b4cf', files: /^node:(internal\/)?(async_hooks|domain)/ },
  { owner: 'Node', fill: '#dcdce6', files: /^node:/ },
  { owner: 'garbage collection', fill: '#a9a39a', files: /^\(garbage collector\)/ },
] as const;

export type Owner = (typeof OWNERS)[number]['owner'];

/** Machine code, and what is made at run time, is in no file: it is whose caller's it is. */
export function ownerOf(file: string, caller: Owner): Owner {
  return OWNERS.find(({ files }) => files.test(file))?.owner ?? caller;
}

export function fillOf(owner: Owner): string {
  return OWNERS.find((each) => each.owner === owner)?.fill ?? '';
}

/** Whether it works for whoever called it. */
export function isOfNode(owner: Owner): boolean {
  return owner === 'Node' || owner === 'Node, async hooks';
}
