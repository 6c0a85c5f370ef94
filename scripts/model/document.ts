import { readMeasured } from '../measured.ts';
import { type Assumptions, assume } from './assumptions.ts';
import { assumptionTable, priceTable, remedyTable, type Table, tablesOf } from './tables.ts';
import { type World, worldOf } from './world.ts';

export const PAGE = 'docs/scale.md';
export const SIZES = [35_000, 1_000_000, 100_000_000];

export function worldsOf(sizes: readonly number[], otherwise: Partial<Assumptions> = {}): World[] {
  const measured = readMeasured();
  return sizes.map((customers) => worldOf(measured, assume(customers, otherwise)));
}

/** The page as the model has it today. */
export function pageWith(page: string): string {
  const worlds = worldsOf(SIZES);
  const largest = worlds.at(-1) as World;
  return withTables(page, [
    ...[assumptionTable(largest), ...tablesOf(worlds)],
    ...[remedyTable(largest), priceTable()],
  ]);
}

/** The page with each table in its place: between `<!-- model: name -->` and `<!-- /model -->`. */
export function withTables(page: string, tables: readonly Table[]): string {
  const places = new Set([...page.matchAll(/<!-- model: (\S+) -->/g)].map(([, name]) => name));
  for (const { name } of tables) {
    if (!places.delete(name)) throw new Error(`the page has no place for the table ${name}`);
  }
  if (places.size > 0) throw new Error(`there is no table ${[...places].join(', ')}`);
  return tables.reduce((text, { name, rows }) => {
    const place = new RegExp(`(<!-- model: ${name} -->\n)[^]*?(<!-- /model -->)`);
    return text.replace(place, (_all, before, after) => `${before}${markdown(rows)}\n${after}`);
  }, page);
}

function markdown(rows: Table['rows']): string {
  const [header = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [header, header.map(() => '---'), ...body].map(line).join('\n');
}
