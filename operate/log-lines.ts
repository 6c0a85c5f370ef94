import * as z from 'zod';
import { googleAccessToken } from '../shared/platform/google-auth.ts';
import type { Environment } from './environment.ts';
import { Refusal } from './refusal.ts';

export type LogLine = Readonly<Record<string, string | number | boolean | undefined>>;

/** Lines of which each of these fields is one of the values. */
export type Wanted = { readonly [Field in 'trace' | 'account' | 'eventId']?: readonly string[] };

const DAYS = 35; // as long as an inbox entry is kept; Cloud Logging itself keeps 30 by default
const PAGE = 1000;
const LINES_MAX = 20_000;
const LOGGING = 'https://logging.googleapis.com';

/** What functions logged, the oldest first: from the local stack's receiver, else from Cloud Logging. */
export async function linesOf(
  { project, telemetry }: Pick<Environment, 'project' | 'telemetry'>,
  wanted: Wanted,
  cloud: { logging: string; accessToken: (scope: string) => Promise<string> } = {
    logging: LOGGING,
    accessToken: googleAccessToken(),
  },
): Promise<LogLine[]> {
  const lines =
    telemetry === undefined ? await inCloud(project, wanted, cloud) : await here(telemetry, wanted);
  return lines.toSorted((a, b) => (String(a.time) < String(b.time) ? -1 : 1));
}

/** The trace that a line is of, which Cloud Logging names as a resource. */
export function traceOf(line: LogLine): string | undefined {
  const name = line['logging.googleapis.com/trace'];
  return typeof name === 'string' ? name.split('/').at(-1) : undefined;
}

async function here(telemetry: string, wanted: Wanted): Promise<LogLine[]> {
  const query = new URLSearchParams(
    Object.entries(wanted).flatMap(([field, values]) =>
      values.map((value): [string, string] => [field, value]),
    ),
  );
  const answer = await fetch(`${telemetry}/logs?${query}`);
  return ((await answer.json()) as { lines: LogLine[] }).lines;
}

const SCOPE = 'https://www.googleapis.com/auth/logging.read';

// Source: https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
const listed = z.object({
  entries: z
    .array(
      z.object({
        jsonPayload: z.record(z.string(), z.unknown()).default({}),
        timestamp: z.string(),
        severity: z.string().default('DEFAULT'),
        trace: z.string().optional(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

async function inCloud(
  project: string,
  wanted: Wanted,
  { logging, accessToken }: { logging: string; accessToken: (scope: string) => Promise<string> },
): Promise<LogLine[]> {
  const authorization = `Bearer ${await accessToken(SCOPE)}`;
  const lines: LogLine[] = [];
  let pageToken: string | undefined;
  do {
    const response = await fetch(`${logging}/v2/entries:list`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceNames: [`projects/${project}`],
        filter: filterOf(project, wanted, new Date()),
        orderBy: 'timestamp asc',
        pageSize: PAGE,
        pageToken,
      }),
    });
    if (!response.ok) {
      throw new Refusal(
        `Cloud Logging answered ${response.status} for ${project}: reading its logs takes roles/logging.viewer.`,
      );
    }
    const page = listed.parse(await response.json());
    for (const { jsonPayload, timestamp, severity, trace } of page.entries) {
      const told = { ...(jsonPayload as LogLine), time: timestamp, severity };
      lines.push({ ...told, 'logging.googleapis.com/trace': trace });
    }
    pageToken = page.nextPageToken || undefined;
  } while (pageToken !== undefined && lines.length < LINES_MAX);
  return lines;
}

function filterOf(project: string, { trace, account, eventId }: Wanted, now: Date): string {
  const since = new Date(now.getTime() - DAYS * 86_400_000).toISOString();
  const anyOf = (field: string, values: readonly string[] | undefined) =>
    values && `${field}=(${values.map((value) => JSON.stringify(value)).join(' OR ')})`;
  return [
    `timestamp>="${since}"`,
    anyOf(
      'trace',
      trace?.map((id) => `projects/${project}/traces/${id}`),
    ),
    anyOf('jsonPayload.account', account),
    anyOf('jsonPayload.eventId', eventId),
  ]
    .filter(Boolean)
    .join(' AND ');
}
