import { assertCommittable } from '../store/commit.ts';
import type { Stored } from '../store/document.ts';
import { type Message, NOWHERE, type Platform, type Reads } from './platform.ts';
import { AGAIN, openCalls, type Service } from './rest/call.ts';
import { aggregateFrom, aggregationToWire, queryToWire } from './rest/query.ts';
import { openTokens, type Tokens } from './rest/token.ts';
import { fieldsFromWire, type WireFields } from './rest/value.ts';
import { writeToWire } from './rest/write.ts';

// Five calls, the most that a handling without conflicts makes, fit into the 60 s that Pub/Sub's push has.
const CALL_SECONDS = 10;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
// Pub/Sub takes 1,000 messages and 10 MB a request, and base64 makes four bytes of three.
const MESSAGES_MAX = 1000;
const BYTES_MAX = 6_500_000;

type WireCommit = { readonly writeResults?: readonly { updateTime?: string }[]; readonly commitTime: string };
type WirePart = {
  readonly readTime?: string;
  readonly found?: WireDocument;
  readonly document?: WireDocument;
  readonly result?: { readonly aggregateFields?: WireFields };
};
/** Reads something, by a path below `/v1/`; the answer comes in parts. */
type Ask = (at: string, verb: string, body: object) => Promise<readonly WirePart[]>;
type WireDocument = { readonly name: string; readonly fields?: WireFields; readonly updateTime: string };

/** Firestore and Pub/Sub over their REST APIs, with nothing but what Node brings: most of a cold start is not loading. */
export function googleRestPlatform({
  projectId,
  callSeconds = CALL_SECONDS,
  variables = process.env,
  tokens = openTokens(variables),
}: {
  projectId: string;
  callSeconds?: number;
  variables?: NodeJS.ProcessEnv;
  tokens?: Tokens;
}): Platform {
  const call = openCalls(callSeconds);
  const firestore = serviceAt('https://firestore.googleapis.com', variables.FIRESTORE_EMULATOR_HOST);
  const pubsub = serviceAt('https://pubsub.googleapis.com', variables.PUBSUB_EMULATOR_HOST);
  const root = `projects/${projectId}/databases/(default)/documents`;
  const nameOf = (path: string) => `${root}/${path}`;

  const ask: Ask = (at, verb, body) =>
    call(firestore, { path: `/v1/${url(at)}:${verb}`, body, again: AGAIN.reads }) as Promise<WirePart[]>;

  return {
    ...reads(ask),
    snapshot: () => reads(asOfOneMoment()),
    async commit(writes) {
      assertCommittable(writes);
      const body = { writes: writes.map((write) => writeToWire(write, nameOf)) };
      const creates = writes.some((write) => write.do === 'create');
      const again = creates ? AGAIN.creatingCommits : AGAIN.otherCommits;
      const answer = await call(firestore, { path: `/v1/${url(root)}:commit`, body, again });
      const { writeResults: [first] = [], commitTime } = answer as WireCommit;
      return first?.updateTime ?? commitTime;
    },
    async publish(topic, messages) {
      const path = `/v1/projects/${projectId}/topics/${topic}:publish`;
      const bodies = inRequests(messages).map((part) => ({ messages: part }));
      await Promise.all(bodies.map((body) => call(pubsub, { path, body, again: AGAIN.publishing })));
    },
  };

  function reads(ask: Ask): Reads {
    return {
      async get(paths) {
        if (paths.length === 0) return [];
        const parts = await ask(root, 'batchGet', { documents: [...new Set(paths)].map(nameOf) });
        const found = parts.flatMap((part) => part.found ?? []);
        const byPath = new Map(found.map((document) => [document.name, document]));
        return paths.map((path) => toStored(path, byPath.get(nameOf(path))));
      },
      async query(query) {
        const { parent, structuredQuery } = queryToWire(query, nameOf);
        const parts = await ask(`${root}${parent}`, 'runQuery', { structuredQuery });
        const found = parts.flatMap((part) => part.document ?? []);
        return found.map((document) => toStored(document.name.slice(root.length + 1), document));
      },
      async aggregate(matching, sums) {
        const { parent, structuredAggregationQuery } = aggregationToWire(matching, sums, nameOf);
        const parts = await ask(`${root}${parent}`, 'runAggregationQuery', { structuredAggregationQuery });
        return aggregateFrom(parts[0]?.result?.aggregateFields ?? {}, sums);
      },
    };
  }

  /** Of now, until something is asked: the service tells what time it is as of which it answers. */
  function asOfOneMoment(): Ask {
    let moment: Promise<string | undefined> | undefined;
    return async (at, verb, body) => {
      // Of a document that is not there: what a first read of more brings may be newer than the time that it tells.
      moment ??= ask(root, 'batchGet', { documents: [nameOf(NOWHERE)] }).then(([part]) => part?.readTime);
      return ask(at, verb, { ...body, readTime: await moment });
    };
  }

  function serviceAt(origin: string, emulator: string | undefined): Service {
    if (emulator) {
      // The word by which emulators know an administrator.
      return { origin: `http://${emulator}`, accessToken: async () => 'owner', dropToken: () => {} };
    }
    return { origin, accessToken: () => tokens.token(SCOPE), dropToken: tokens.drop };
  }
}

function toStored(path: string, document: WireDocument | undefined): Stored {
  if (!document) return { path, fields: undefined, version: undefined };
  return { path, fields: fieldsFromWire(document.fields ?? {}), version: document.updateTime };
}

/** A path in a URL: ids are encoded already, and their percent signs are part of them. */
function url(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function inRequests(messages: readonly Message[]): object[][] {
  const requests: object[][] = [];
  let bytes = 0;
  for (const { data, attributes } of messages) {
    const size = data.length + JSON.stringify(attributes).length;
    const last = requests.at(-1);
    const message = { data: Buffer.from(data).toString('base64'), attributes };
    if (last && last.length < MESSAGES_MAX && bytes + size <= BYTES_MAX) {
      last.push(message);
      bytes += size;
    } else {
      requests.push([message]);
      bytes = size;
    }
  }
  return requests;
}
