import { type Message, type Reads, readOne } from '../../shared/platform/platform.ts';
import { chunkPaths } from '../../shared/store/chunks.ts';
import type { Stored } from '../../shared/store/document.ts';
import { messageFrom, type Parked, parkedFrom, parkedPath } from '../../shared/store/parked.ts';
import { Refusal } from '../refusal.ts';

export type ParkedDocument = { readonly read: Stored; readonly parked: Parked; readonly message: Message };

/** One parked message, whole; a `Refusal` where there is none of that id. */
export async function readParked(reads: Reads, id: string): Promise<ParkedDocument> {
  const read = await readOne(reads, parkedPath(id));
  const parked = parkedFrom(read);
  if (!parked) throw new Refusal(`Nothing is parked as ${id}: npm run parked -- list shows what is.`);
  return { read, parked, message: messageFrom(read, await reads.get(chunkPaths(read))) };
}
