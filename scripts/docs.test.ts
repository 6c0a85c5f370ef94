import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { registry } from '../functions/registry.ts';
import { worldsOf } from './model/document.ts';
import { tablesOf } from './model/tables.ts';

const PAGES = [
  ...readdirSync('.'),
  ...['docs', 'infra', 'sandbox-bank'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  ),
].filter((path) => path.endsWith('.md'));
// What stands between fences, or in backticks, is no link.
const proseOf = (page: string) =>
  readFileSync(page, 'utf8')
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, 'code');

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function linksIn(page: string): string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

function anchorsIn(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) => anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')));
}

test('every link to a file or a heading of ours leads there', () => {
  const broken = PAGES.flatMap((page) =>
    linksIn(page)
      .filter((link) => !leads(page, link))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
  expect(PAGES.flatMap(linksIn).length).toBeGreaterThan(100);
});

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  return existsSync(target) && (anchor === undefined || anchorsIn(target).includes(anchor));
}

test('a month’s bill is as the model has it', () => {
  const { rows = [] } =
    tablesOf(worldsOf([1000, 100_000, 1_000_000])).find(({ name }) => name === 'cost') ?? {};
  const page = readFileSync('docs/cost.md', 'utf8').split('\n');
  expect(rows.map((row) => `| ${row.join(' | ')} |`).filter((line) => !page.includes(line))).toEqual([]);
  expect(rows.length).toBeGreaterThan(10);
});

test('after a restore every schedule goes on again: those that ask the bank first, and the one that pays last', () => {
  const page = readFileSync('docs/disaster.md', 'utf8');
  const [, first = ''] = /for job in ([a-z -]+); do\n {2}gcloud scheduler jobs resume \$job/.exec(page) ?? [];
  const [, last = ''] = /`gcloud scheduler jobs resume ([a-z-]+) --location/.exec(page) ?? [];
  const schedules = registry.flatMap(({ fn }) => (fn.trigger === 'schedule' ? [fn.name] : []));
  expect([...first.split(' '), last].sort()).toEqual(schedules.sort());
  expect(last).toBe('run-standing-orders');
});
