import {
  type Attributes,
  trace as api,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { Platform, Reads } from '../platform/platform.ts';
import { collectionOf, pathOf } from '../store/document.ts';
import { errorFields } from './log.ts';
import type { Measures } from './measures.ts';

/** The platform, each call a span below what is being done, each document counted as Firestore charges for it. */
export function observed(
  platform: Platform,
  { tracer, measures, current }: { tracer: Tracer; measures: Measures; current: () => Span | undefined },
): Platform {
  async function call<T>(name: string, attributes: Attributes, act: () => Promise<T>): Promise<T> {
    const parent = current();
    const context = parent ? api.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, context);
    try {
      return await act();
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  function observedReads(reads: Reads): Reads {
    return {
      async get(paths) {
        if (paths.length === 0) return reads.get(paths);
        measures.documents.add(paths.length, { operation: 'read' });
        const attributes = store('get', paths.map(collectionOf), paths.length);
        return call('firestore get', attributes, () => reads.get(paths));
      },
      async query(query) {
        const attributes = store('query', [query.collection], undefined);
        const found = await call('firestore query', attributes, () => reads.query(query));
        measures.documents.add(Math.max(1, found.length), { operation: 'read' });
        return found;
      },
      async aggregate(matching, sums) {
        const attributes = store('aggregate', [matching.collection], undefined);
        const found = await call('firestore aggregate', attributes, () => reads.aggregate(matching, sums));
        // One for each thousand entries of an index that were counted.
        measures.documents.add(Math.max(1, Math.ceil(Number(found.count) / 1000)), { operation: 'read' });
        return found;
      },
    };
  }

  return {
    ...observedReads(platform),
    snapshot: () => observedReads(platform.snapshot()),
    async commit(writes) {
      const attributes = store(
        'commit',
        writes.map((write) => collectionOf(pathOf(write))),
        writes.length,
      );
      const version = await call('firestore commit', attributes, () => platform.commit(writes));
      measures.documents.add(writes.length, { operation: 'write' });
      return version;
    },
    async publish(topic, messages) {
      const attributes = {
        'messaging.system': 'gcp_pubsub',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': messages.length,
      };
      await call(`publish ${topic}`, attributes, () => platform.publish(topic, messages));
      for (const { attributes: told } of messages) measures.published.add(1, { event_type: told.type ?? '' });
    },
  };
}

// Of a path, each id: what is between them names collections.
const IDS = /([^/]+)\/[^/]+(?=\/|$)/g;

/** As in `accounts/*` + `/transactions`: whose it is, a span does not say. */
function named(collection: string): string {
  return collection.replace(IDS, '$1/*');
}

function store(operation: string, collections: readonly string[], count: number | undefined): Attributes {
  return {
    'db.system.name': 'gcp.firestore',
    'db.operation.name': operation,
    'db.operation.batch.size': count,
    'db.collection.name': [...new Set(collections.map(named))].sort().join(' '),
  };
}

/** An error as a span tells it: its name and code, and never its message, which may repeat what somebody sent. */
export function failed(span: Span, error: unknown): void {
  const { errorName, errorCode } = errorFields(error);
  const type = String(errorCode ?? errorName);
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type });
}
