import { html } from 'hono/html';
import { fillOf } from './owners.ts';
import { type Frame, sharesOf } from './tree.ts';

type Box = { readonly frame: Frame; readonly x: number; readonly depth: number };

const WIDTH = 1600;
const ROW = 16;
const TOP = 64;
const SHARE_MIN = 0.002; // what is narrower than three pixels nobody reads
const CHARACTER = 6.7; // of the widest common monospace font, at 11 pixels

/** A flame graph as one SVG that needs nothing else: callers below, what they call above, as wide as it took samples. */
export async function flameGraph(root: Frame, { title }: { title: string }): Promise<string> {
  const boxes = boxesOf(root, root.all);
  const height = TOP + ROW * (1 + Math.max(...boxes.map(({ depth }) => depth))) + 8;
  const share = (samples: number) => `${((samples / root.all) * 100).toFixed(1)} %`;
  const shares = sharesOf(root);
  const classes = new Map([...shares.keys()].map((owner, n) => [owner, `o${n}`]));
  let x = 8;
  const legend = [...shares].map(([owner, { own }]) => {
    const [left, text] = [x, `${owner} ${share(own)}`];
    x += 36 + text.length * CHARACTER;
    return html`<rect class="${classes.get(owner)}" x="${left.toFixed(0)}" y="34" width="12" height="12"/><text x="${(left + 16).toFixed(0)}" y="44">${text}</text>
`;
  });
  const drawn = boxes.map(({ frame, x, depth }) => {
    const [left, y] = [x.toFixed(1), height - 8 - ROW * (depth + 1)];
    const width = widthOf(frame, root.all);
    const where = [frame.file, frame.line].filter(Boolean).join(':');
    const text = fitting(frame.name, width);
    return html`<g><title>${frame.name}${where && ` ${where}`}, ${share(frame.all)}</title><rect class="${classes.get(frame.owner)}" x="${left}" y="${y}" width="${(width - 0.5).toFixed(1)}" height="15"/>${
      text && html`<text x="${(x + 3).toFixed(1)}" y="${y + 11}">${text}</text>`
    }</g>
`;
  });
  const fills = [...classes].map(([owner, name]) => `.${name}{fill:${fillOf(owner)}}`).join('');
  return String(
    await html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<title>${title}</title>
<style>text{font:11px Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1c1c24}.h{font-size:15px}${fills}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text class="h" x="8" y="22">${title}</text>
${legend}${drawn}</svg>
`,
  );
}

function boxesOf(root: Frame, total: number): Box[] {
  const boxes: Box[] = [];
  const add = (frame: Frame, x: number, depth: number) => {
    if (frame.all / total < SHARE_MIN) return;
    boxes.push({ frame, x, depth });
    let next = x;
    for (const child of frame.children) {
      add(child, next, depth + 1);
      next += widthOf(child, total);
    }
  };
  add(root, 0, 0);
  return boxes;
}

function widthOf({ all }: Frame, total: number): number {
  return (all / total) * WIDTH;
}

function fitting(name: string, width: number): string {
  const room = Math.floor((width - 6) / CHARACTER);
  if (name.length <= room) return name;
  return room < 3 ? '' : `${name.slice(0, room - 1)}…`;
}
