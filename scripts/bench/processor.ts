import { readFileSync } from 'node:fs';

const TICK_MS = 10; // Linux counts a process's time in hundredths of a second

/** What these processes have used of a processor since they started, in milliseconds. Linux alone tells it. */
export function cpuMs(pids: readonly (number | null)[]): number {
  return pids.reduce((all: number, pid) => {
    const [, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user = 0, system = 0] = fields.join(') ').split(' ').slice(11, 13).map(Number);
    return all + (user + system) * TICK_MS;
  }, 0);
}
