// Uploads by tus 1.0.0, which go on where they broke off. The server keeps what has arrived; here, the address of each is known.
// `tus-js-client` would be 16 KB for this, and sends everything again if the server is just restarting when it is asked how much
// it has.

import { ApiError, FileGone } from './errors';
import { apiPath } from './local-path';
import { type Asking, transfer } from './transfer';

/** A file on its way. */
export interface Sending extends Asking {
  /** Null where only its address is known any more. */
  file: Blob | null;
  /** Its bytes as this browser has kept them, if the file can't be read any more; null where it hasn't. */
  kept?: () => Promise<Blob | null>;
  /** Of the whole file. */
  size: number;
  /** Where its upload is at the server; null if it hasn't begun. */
  path: string | null;
  /** Called when there is another one. */
  onpath: (path: string | null) => void;
  /** Called with how many of its bytes have been sent. */
  onsent: (bytes: number) => void;
  /** Called with how many of its bytes the server says that it has. */
  onthere: (bytes: number) => void;
  /** How many bytes are sent at once; `CHUNK` if nothing is said. */
  chunk?: number;
}

/** What proxies take at once, even those that pass on nothing before they have all of it. */
export const CHUNK = 8 * 1024 * 1024;
const VERSION = { 'Tus-Resumable': '1.0.0' };

/** Sends what the server doesn't have yet. After an error it can be called again, and continues. */
export async function sendFile(sending: Sending): Promise<void> {
  let { path } = sending;
  let offset = 0;
  if (path !== null) {
    try {
      const header = await transfer({ ...sending, method: 'HEAD', path, headers: VERSION });
      offset = offsetIn(header);
      sending.onthere(offset);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // An answer to HEAD has no body that says so, and nothing else is in conflict with a question.
      if (error.status === 409) throw new ApiError(409, '', 'other_account');
      if (error.status !== 404 && error.status !== 410) throw error;
      // It has expired, or a share has it.
      sending.onpath((path = null));
    }
  }
  if (path === null) {
    if (!sending.file) throw new FileGone();
    const headers = { ...VERSION, 'Upload-Length': String(sending.size) };
    const header = await transfer({ ...sending, method: 'POST', path: '/uploads', headers });
    const location = header('Location');
    if (location === null) throw new ApiError(0, '', 'unreachable');
    path = apiPath(location);
    sending.onpath(path);
    sending.onthere(0);
  }
  // Of one that has arrived, an empty rest: with it, the server finishes what it didn't come to.
  do offset = await sendChunk(sending, path, offset);
  while (offset < sending.size);
}

async function sendChunk(sending: Sending, path: string, offset: number): Promise<number> {
  const { size, onsent, chunk = CHUNK } = sending;
  onsent(offset);
  const end = Math.min(size, offset + chunk);
  const header = await transfer(
    {
      ...sending,
      method: 'PATCH',
      path,
      headers: { ...VERSION, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) },
      body: await bytesOf(sending, offset, end),
      progress: (bytes) => onsent(Math.min(end, offset + bytes)),
    },
    end === size ? size : 0,
  );
  const arrived = offsetIn(header);
  onsent(arrived);
  sending.onthere(arrived);
  return arrived;
}

/** Read before they are sent: a file that was changed is noticed here, and not as a line that breaks. */
async function bytesOf({ file, kept, size }: Sending, from: number, to: number): Promise<ArrayBuffer> {
  if (from === to) return new ArrayBuffer(0);
  const read = (blob: Blob | null | undefined) => blob?.slice(from, to).arrayBuffer().catch(() => null);
  const bytes = await read(file);
  if (bytes) return bytes;
  const other = (await kept?.().catch(() => null)) ?? null;
  const same = other?.size === size ? await read(other) : null;
  if (!same) throw new FileGone();
  return same;
}

/** What isn't said by the server, but by something in front of it, is a line that doesn't hold. */
function offsetIn(header: (name: string) => string | null): number {
  const said = header('Upload-Offset');
  const offset = said === null ? NaN : Number(said);
  if (!Number.isInteger(offset) || offset < 0) throw new ApiError(0, '', 'unreachable');
  return offset;
}
