import { randomUUID } from 'node:crypto';
import { CODES, type Platform, readOne, StoreError } from '../../shared/platform/platform.ts';
import { type AuditEntry, auditPath, createAudit } from '../../shared/store/audit.ts';
import type { Write } from '../../shared/store/document.ts';

/**
 * Commits with who did it. False where what was read is another by now: then nothing was changed. Of a commit whose
 * answer was lost, the entry itself tells that it took effect.
 */
export async function commitAudited(
  platform: Platform,
  entry: AuditEntry,
  writes: readonly Write[],
): Promise<boolean> {
  const id = randomUUID();
  try {
    await platform.commit([createAudit(id, entry), ...writes]);
    return true;
  } catch (error) {
    if ((await readOne(platform, auditPath(id))).fields) return true;
    // What was not there when it was read may be there by now.
    const { failedPrecondition, alreadyExists } = CODES;
    if (error instanceof StoreError && [failedPrecondition, alreadyExists].includes(error.code as 6 | 9))
      return false;
    throw error;
  }
}
