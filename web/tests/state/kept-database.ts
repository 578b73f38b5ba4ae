// In the place of a browser's database: what all its windows keep.

/** By user. */
export const disk = { users: new Map<number, Map<string, unknown>>(), isBroken: false, isFull: false };

/** In the place of the browser's database. */
export class Database {
  static open(user: number): Promise<Database> {
    if (disk.isBroken) return Promise.reject(new Error('no disk'));
    const kept = disk.users.get(user) ?? new Map<string, unknown>();
    disk.users.set(user, kept);
    return Promise.resolve(new Database(kept));
  }

  private constructor(private readonly kept: Map<string, unknown>) {}

  values = () => Promise.resolve([...this.kept.values()].map((each) => structuredClone(each)));
  put = (key: unknown, value: unknown) => (disk.isFull ? Promise.reject(new Error('full')) : Promise.resolve(void this.kept.set(String(key), value)));
  deleteIf = (key: unknown, isMeant: (value: unknown) => boolean) =>
    Promise.resolve(void (isMeant(this.kept.get(String(key))) && this.kept.delete(String(key))));
  close = () => undefined;
}
