// As much of IndexedDB as is needed: values under keys that are lists, one database for each user of this browser.

import { scoped } from './base';

export type Key = (string | number)[];

const STORE = 'kept';
/** Browsers have lost files that were kept as they are; several small values they keep. */
const SLICE = 4 * 1024 * 1024;
/** How long a browser may take to open it, in milliseconds: after an update, or on a full disk, some never answer. */
const TIMEOUT = 5000;
const nameOf = (user: number) => scoped(`drafts-${user}`);

/** Deletes all that is kept for a user. */
export function deleteDatabase(user: number): void {
  try {
    indexedDB.deleteDatabase(nameOf(user));
  } catch {
    // Where nothing is kept, nothing is there.
  }
}

export class Database {
  private constructor(private readonly db: IDBDatabase) {}

  /** That of a user. Fails where the browser keeps nothing, as in some private windows. */
  static async open(user: number): Promise<Database> {
    const request = indexedDB.open(nameOf(user), 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const db = await inTime(request);
    // It is deleted in another window, which would wait for this one.
    db.onversionchange = () => db.close();
    return new Database(db);
  }

  get(key: Key): Promise<unknown> {
    return answer(this.#store('readonly').get(key));
  }

  /** All values whose keys begin so, in the order of their keys. */
  values(key: Key): Promise<unknown[]> {
    return answer<unknown[]>(this.#store('readonly').getAll(rangeOf(key)));
  }

  put(key: Key, value: unknown): Promise<void> {
    return this.#change((store) => store.put(value, key));
  }

  /** Keeps a file, for as long as it is wanted. */
  async putBlob(key: Key, blob: Blob, isWanted: () => boolean): Promise<void> {
    for (let at = 0; at * SLICE < blob.size && isWanted(); at += 1) {
      const bytes = await blob.slice(at * SLICE, (at + 1) * SLICE).arrayBuffer();
      await this.put([...key, at], bytes);
    }
  }

  /** A file that was kept; null unless all of it is there. */
  async getBlob(key: Key, size: number, type: string): Promise<Blob | null> {
    const slices: ArrayBuffer[] = [];
    for (let at = 0; at * SLICE < size; at += 1) {
      const bytes = await this.get([...key, at]);
      if (!(bytes instanceof ArrayBuffer)) return null;
      slices.push(bytes);
    }
    const blob = new Blob(slices, { type });
    return blob.size === size ? blob : null;
  }

  /** Deletes everything whose key begins so. */
  delete(key: Key): Promise<void> {
    return this.#change((store) => store.delete(rangeOf(key)));
  }

  /** Deletes a value if it is still the one that is meant, whatever other windows do meanwhile. */
  deleteIf(key: Key, isMeant: (value: unknown) => boolean): Promise<void> {
    return this.#change((store) => {
      const found = store.get(key);
      found.onsuccess = () => isMeant(found.result) && store.delete(key);
    });
  }

  close(): void {
    this.db.close();
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.db.transaction(STORE, mode).objectStore(STORE);
  }

  /** Changes something. A request that succeeds is taken back where its transaction fails later, as on a full disk. */
  #change(work: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const store = this.#store('readwrite');
      store.transaction.oncomplete = () => resolve();
      store.transaction.onabort = () => reject(store.transaction.error ?? new Error('not kept'));
      work(store);
    });
  }
}

/** In the order of keys, a list comes behind every number and every text. */
const rangeOf = (key: Key) => IDBKeyRange.bound(key, [...key, []]);

/** The database, unless that takes too long. One that comes later is closed again: nobody waits for it any more. */
async function inTime(request: IDBOpenDBRequest): Promise<IDBDatabase> {
  let isLate = false;
  const opened = answer(request).then((db) => {
    if (isLate) db.close();
    return db;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Error('not opened'));
    }, TIMEOUT);
  });
  return Promise.race([opened, late]).finally(() => clearTimeout(timer));
}

const answer = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('not kept'));
  });
