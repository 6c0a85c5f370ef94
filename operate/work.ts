import type { Attributes } from '@opentelemetry/api';
import { noTelemetry, type Telemetry } from '../shared/runtime/telemetry.ts';
import { begin, type Work } from '../shared/runtime/work.ts';
import type { Environment } from './environment.ts';
import { quietEnv } from './here.ts';

/**
 * Does it as a piece of work of its own, in a new trace: told to the local stack's receiver, or to whatever
 * OpenTelemetry's own variables name. What it has published is linked to it.
 */
export async function asWork<T>(
  { platform, telemetry: receiver }: Pick<Environment, 'platform' | 'telemetry'>,
  name: string,
  act: (work: Work) => Promise<T>,
  told: (result: T) => Attributes = () => ({}),
): Promise<T> {
  const telemetry = await openTelemetry(receiver);
  const work = begin({ ...quietEnv(platform), telemetry }, name, { traceparent: undefined });
  try {
    const result = await work.within(() => act(work));
    work.end(told(result));
    return result;
  } catch (error) {
    work.end({}, error);
    throw error;
  } finally {
    await telemetry.close();
  }
}

async function openTelemetry(receiver: string | undefined): Promise<Telemetry> {
  if (receiver !== undefined) process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver;
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) return noTelemetry;
  const { openTelemetry: open } = await import('../shared/runtime/open-telemetry.ts');
  return open({ function: 'operate', revision: 'command' }, 1);
}
