import { say } from '../images/engine.ts';
import type { Bounds } from '../manifest/bounds.ts';
import type { Runner } from './container.ts';

type Seen = {
  /** The function's own process, as Linux tells of it. */
  readonly status: string;
  readonly root: string;
  readonly writable: readonly string[];
  readonly memory: string;
  readonly cpu: string;
  readonly hasShell: boolean;
};

// Only what the kernel says: a file that cannot be written may be so for its mode alone, and whoever is not root has no
// capability at work, whatever was dropped. `/dev/shm` is every pod's, and what is hidden in `/proc` is nothing. (Node's own word for
// its memory is no limit where a request is set: it takes the smaller.)
const LOOK = `
  const fs = require('node:fs');
  const read = (file) => { try { return fs.readFileSync(file, 'utf8').trim(); } catch { return ''; } };
  const isWritable = (place) => { try { fs.accessSync(place, fs.constants.W_OK); return true; } catch { return false; } };
  const mounts = read('/proc/mounts').split('\\n').map((line) => line.split(' '));
  const [quota, period] = ['quota', 'period'].map((of) => read('/sys/fs/cgroup/cpu/cpu.cfs_' + of + '_us'));
  console.log(JSON.stringify({
    status: read('/proc/1/status'),
    root: mounts.find(([, place]) => place === '/')[3],
    writable: mounts.map(([, place]) => place).filter((place) => !/^.(dev|proc)\\b/.test(place) && isWritable(place)),
    memory: read('/sys/fs/cgroup/memory.max') || read('/sys/fs/cgroup/memory/memory.limit_in_bytes'),
    cpu: read('/sys/fs/cgroup/cpu.max') || quota + ' ' + period,
    hasShell: fs.existsSync('/bin/sh'),
  }));`;

/** What a container may do or use that its pod on Knative may not, or has not: nothing, where it is confined. */
export async function looseness(runner: Runner, name: string, bounds: Bounds): Promise<readonly string[]> {
  const seen = JSON.parse(await say(runner, ['exec', name, '/nodejs/bin/node', '-e', LOOK])) as Seen;
  const field = (key: string) => new RegExp(`^${key}:\\s*(\\w+)`, 'm').exec(seen.status)?.[1] ?? 'unknown';
  const [quota, period] = seen.cpu.split(' ').map(Number);
  const cpus = (quota ?? Number.NaN) / (period ?? Number.NaN);
  const mebibytes = Number(seen.memory) / 2 ** 20;
  const found = {
    'is root': field('Uid') === '0',
    'has a root that can be written': !seen.root.split(',').includes('ro'),
    [`can write to ${seen.writable.join(', ')}`]: seen.writable.length > 0,
    [`may get the capabilities ${field('CapBnd')}`]: !/^0+$/.test(field('CapBnd')),
    'may get more rights than it has': field('NoNewPrivs') !== '1',
    'has system calls that nobody filters': field('Seccomp') !== '2',
    'has a shell': seen.hasShell,
    [`has not the memory of ${bounds.memoryMi} MiB, but of ${seen.memory} bytes`]:
      mebibytes !== bounds.memoryMi,
    [`has not ${bounds.cpu} of a processor, but the quota ${seen.cpu}`]: cpus !== bounds.cpu,
  };
  return Object.entries(found).flatMap(([what, isSo]) => (isSo ? [what] : []));
}
