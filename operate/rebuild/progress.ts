export type Span = { readonly from: string; readonly to: string };

const BAR = 30;
const REDRAW_MS = 200;
const LINE_MS = 5000;

/**
 * Says how far it is: a bar in a terminal, else a line now and then. Nobody has counted the archive, so how far is by
 * time: of the time from the first delivery to the last, the share that is done.
 */
export function startProgress(span: Span, terminal = process.stderr) {
  const startedAt = Date.now();
  let toldAt = terminal.isTTY ? 0 : startedAt;

  return {
    at(receivedAt: string, facts: number): void {
      const now = Date.now();
      if (now - toldAt < (terminal.isTTY ? REDRAW_MS : LINE_MS)) return;
      toldAt = now;
      const line = progressLine(shareOf(span, receivedAt), facts, (now - startedAt) / 1000);
      terminal.write(terminal.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end(): void {
      if (terminal.isTTY) terminal.write('\r\u001b[K');
    },
  };
}

/** From 0 to 1; all of it where the whole archive is of one instant. */
export function shareOf({ from, to }: Span, receivedAt: string): number {
  const [first, last, here] = [from, to, receivedAt].map(Date.parse) as [number, number, number];
  // What arrives meanwhile is later than the last.
  return last > first ? Math.min(1, (here - first) / (last - first)) : 1;
}

export function progressLine(share: number, facts: number, seconds: number): string {
  const done = '#'.repeat(Math.round(share * BAR)).padEnd(BAR, '-');
  const rate = seconds > 0 ? Math.round(facts / seconds) : 0;
  const left = share > 0 ? `${Math.ceil((seconds * (1 - share)) / share)} s left` : 'some time left';
  return `[${done}] ${Math.floor(share * 100)} %  ${facts} facts, ${rate} a second, ${left}`;
}
