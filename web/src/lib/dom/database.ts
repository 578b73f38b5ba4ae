// As much of IndexedDB as is needed: values under keys that are lists, one database for each user of this browser.

export type Key = (string | number)[];

const STORE = 'kept';
/** Browsers have lost files that were kept as they are; several small values they keep. */
const SLICE = 4 * 1024 * 1024;
const nameOf = (user: number) => `drafts-${user}`;

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
    const db = await answer(request);
    // It is deleted in another window, which would wait for this one.
    db.onversionchange = () => db.close();
    return new Database(db);
  }

  get(key: Key): Promise<unknown> {
    return answer(this.#store('readonly').get(key));
  }

  async put(key: Key, value: unknown): Promise<void> {
    await answer(this.#store('readwrite').put(value, key));
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
  async delete(key: Key): Promise<void> {
    // In the order of keys, a list comes behind every number and every text.
    await answer(this.#store('readwrite').delete(IDBKeyRange.bound(key, [...key, []])));
  }

  close(): void {
    this.db.close();
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.db.transaction(STORE, mode).objectStore(STORE);
  }
}

const answer = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('not kept'));
  });
