import type { DeclaredFunction } from '../../shared/runtime/declared.ts';

/** How much of a machine one function gets, and who reaches it: the same on Cloud Run and on Knative. */
export type Bounds = {
  readonly memoryMi: number;
  readonly cpu: number;
  /** Calls that one instance takes at a time. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** Instances. */
  readonly minScale: number;
  readonly maxScale: number;
  /** `public`: from anywhere, and who calls proves it to the function itself. `internal`: what pushes and what ticks, alone. */
  readonly visibility: 'public' | 'internal';
};

// A delivery of 1 MiB is in memory several times over while it is read; sixteen at once still fit. How many
// instances there may be is what the store can bear, and a tick of a schedule comes alone.
export const BOUNDS = {
  request: { memoryMi: 512, cpu: 1, concurrency: 80, timeoutSeconds: 60, minScale: 0, maxScale: 20 },
  event: { memoryMi: 512, cpu: 1, concurrency: 16, timeoutSeconds: 60, minScale: 0, maxScale: 20 },
  schedule: { memoryMi: 512, cpu: 1, concurrency: 1, timeoutSeconds: 300, minScale: 0, maxScale: 1 },
} as const satisfies Readonly<Record<DeclaredFunction['trigger'], Omit<Bounds, 'visibility'>>>;

export function boundsOf({ trigger }: DeclaredFunction): Bounds {
  return { ...BOUNDS[trigger], visibility: trigger === 'request' ? 'public' : 'internal' };
}
