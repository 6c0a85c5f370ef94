import * as z from 'zod';
import { defined, encodeId, path, type Stored, type Write, write } from './document.ts';

const stored = z.object({
  generation: z.string(),
  /** Of the last delivery whose facts have all been handed over. */
  cursor: z.tuple([z.string(), z.string()]).optional(),
  since: z.string().optional(),
  deliveries: z.bigint(),
  handled: z.bigint(),
  /** How many facts were refused, by reason. */
  failed: z.record(z.string(), z.bigint()),
  state: z.enum(['running', 'done']),
  startedAt: z.string(),
  updatedAt: z.string(),
});

/** How far the rebuild of one function's read model is. Its generation names inbox entries of its own. */
export type Rebuild = z.output<typeof stored>;

export function rebuildPath(functionName: string): string {
  return path('rebuilds', functionName);
}

export function rebuildFrom({ fields }: Stored): Rebuild | undefined {
  if (!fields) return undefined;
  const { failed, ...rebuild } = stored.parse(fields);
  const reasons = Object.entries(failed).map(([reason, count]) => [decodeURIComponent(reason), count]);
  return { ...rebuild, failed: Object.fromEntries(reasons) };
}

export function writeRebuild(read: Stored, { failed, ...rebuild }: Rebuild): Write {
  // A reason has a dot, which in a map's key would silently nest.
  const reasons = Object.entries(failed).map(([reason, count]) => [encodeId(reason), count]);
  return write(read, defined({ schema: 1n, ...rebuild, failed: Object.fromEntries(reasons) }));
}
