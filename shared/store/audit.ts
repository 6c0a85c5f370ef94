import * as z from 'zod';
import { defined, path, type Query, type Stored, type Write } from './document.ts';

const stored = z.object({
  at: z.string(),
  /** A Firebase uid, or the account that an operator's own machine acts as. */
  by: z.string(),
  action: z.enum(['redrive', 'drop', 'read', 'assign', 'limit', 'remove-passkeys']),
  parkedId: z.string().optional(),
  /** Of a card's entry that was assigned: its account, and the fact that says what to what. */
  accountId: z.string().optional(),
  factId: z.string().optional(),
  /** Whose limits were set, or whose passkeys removed. */
  customerId: z.string().optional(),
  passkeyIds: z.array(z.string()).optional(),
  why: z.string().optional(),
});

/** Who did what, when and why; written by the commit that does it, and never changed. */
export type AuditEntry = z.output<typeof stored>;

export function auditPath(id: string): string {
  return path('audit', id);
}

export function createAudit(id: string, entry: AuditEntry): Write {
  return { do: 'create', path: auditPath(id), fields: defined({ schema: 1n, ...entry }) };
}

const ENTRIES_MAX = 200;

export function auditOf(parkedId: string): Query {
  return { collection: 'audit', where: [['parkedId', '==', parkedId]], limit: ENTRIES_MAX };
}

/** The oldest first. */
export function auditFrom(documents: readonly Stored[]): AuditEntry[] {
  const entries = documents.flatMap(({ fields }) => (fields ? [stored.parse(fields)] : []));
  return entries.sort((a, b) => (a.at < b.at ? -1 : 1));
}
