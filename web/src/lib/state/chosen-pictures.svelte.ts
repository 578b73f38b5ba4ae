// The photos of a share in the making, in their order, each with its caption. They are sent while one writes.

import { FileGone } from '../api/errors';
import type { Picture } from '../photos/chosen';
import { look } from '../photos/choosing';
import { KeptList } from './kept-list';
import type { KeptPhotos } from './kept-photos';
import { Pending } from './pending';
import type { Session } from './session.svelte';
import type { Loaded, Uploads } from './uploads';

export class ChosenPictures extends KeptList {
  /** Another one whenever all are cleared: what is still looked at then belongs to none. */
  #round = 0;
  readonly #looking = new Pending();
  #ids = 0;
  #restoring: Promise<void> | null = null;

  constructor(
    session: Pick<Session, 'server' | 'needServer'>,
    /** Called whenever there are others, or their order or captions are. */
    onchange: () => void,
    uploads: Pick<Uploads, 'load'>,
    kept: KeptPhotos,
  ) {
    super(session, onchange, uploads, kept);
    if (kept.isExpected) void this.takeUp();
  }

  /** Takes up what was there before the page was reloaded, and what couldn't be looked at yet. */
  async takeUp(): Promise<void> {
    await this.#looking.add(this.#restore().then(() => this.#retry()));
  }

  /** Adds photos after the existing ones, as many as there may be. */
  async choose(files: File[]): Promise<void> {
    if (files.length === 0) return;
    this.forget();
    await this.#looking.add(this.#choose(files));
  }

  /** When all that were chosen are taken or refused: a video is looked at for some seconds. */
  async looked(): Promise<void> {
    await this.#looking.settled();
  }

  async #choose(chosen: File[]): Promise<void> {
    const round = this.#round;
    await this.#restore();
    const files = await this.supply(chosen);
    // Whether a file can be taken depends on it.
    await this.session.needServer();
    if (round !== this.#round) return;
    const free = Math.max(0, this.most - this.all.length - this.unready.length);
    this.leaveOut(Math.max(0, files.length - free));
    for (const file of files.slice(0, free)) {
      const [found, uploads] = await Promise.all([look(file, this.session.server), this.uploads.load()]);
      const isReady = uploads !== null && !this.isMissing;
      const isTaken = round === this.#round && isReady && !this.isFull;
      if (found && 'url' in found && !isTaken) URL.revokeObjectURL(found.url);
      if (round !== this.#round) return;
      if (found && 'reason' in found) this.reject(file.name, found);
      else if (!found || !isReady) this.unready = [...this.unready, file];
      else if (isTaken) this.#add(found, uploads);
      else this.leaveOut(1);
    }
  }

  /** Those that couldn't be looked at, from the beginning. */
  async #retry(): Promise<void> {
    const files = [...this.unready];
    if (this.isMissing || files.length === 0) return;
    this.unready = [];
    await this.#choose(files);
  }

  /** Once at a time. */
  #restore(): Promise<void> {
    return (this.#restoring ??= this.#restoreNow().finally(() => (this.#restoring = null)));
  }

  async #restoreNow(): Promise<void> {
    // What another window has left doesn't come among what was chosen here.
    if (!this.isEmpty) return;
    const round = this.#round;
    // Before it is opened, which happens once: what couldn't be shown would be lost.
    const uploads = await this.uploads.load();
    const restored = uploads ? await this.kept.open().catch(() => undefined) : undefined;
    if (round !== this.#round) return;
    this.isMissing = restored === undefined && this.kept.isExpected;
    if (!restored || !uploads) return;
    this.keepDates = restored.keepDates;
    this.#ids = Math.max(this.#ids, ...restored.photos.map(({ id }) => id));
    const photos = restored.photos.map(({ id, caption, picture, paths }) => {
      const upload = uploads.begin(picture, () => this.save(), paths);
      return { id, picture, src: picture.url, name: picture.name, caption, upload };
    });
    this.all = [...photos, ...this.all];
  }

  /** When all have arrived or are refused, or are locked, and nothing is looked at any more. */
  async settled(): Promise<void> {
    await this.looked();
    await this.arrivedOrNot();
  }

  /** When it is certain whether a reload would take none from the list, also where one has to be chosen again. */
  async areListed(): Promise<boolean> {
    await this.looked();
    return this.isWhole && (this.isEmpty || (await this.kept.isSaved()));
  }

  /** Those that couldn't be looked at aren't wanted any more. */
  dropUnready(): void {
    this.unready = [];
  }

  /** Those from before that couldn't be loaded aren't wanted any more. */
  async dropMissing(): Promise<void> {
    await this.discard();
    this.isMissing = false;
    // It is another share without them.
    this.onchange();
    await this.takeUp();
  }

  /** All are shared. */
  clear(): void {
    this.#end();
    this.keepDates = true;
    this.kept.clear();
    this.take([]);
  }

  /** Stops here; what is kept stays for the next time. Resolves once nothing is written there any more. */
  async leave(): Promise<void> {
    const closed = this.kept.close();
    this.#end();
    this.show([]);
    await closed;
  }

  #add(picture: Picture, uploads: Loaded): void {
    const id = (this.#ids += 1);
    const upload = uploads.begin(picture, () => this.save(), undefined, () => this.kept.fileOf(id, picture));
    this.kept.keep(id, picture);
    this.take([...this.all, { id, picture, src: picture.url, name: picture.name, caption: '', upload }]);
    void upload.settled().then(() => {
      if (upload.error instanceof FileGone) this.#lose(id, picture.name);
    });
  }

  /** Its file was changed before it was sent. */
  #lose(id: number, name: string): void {
    if (!this.all.some((each) => each.id === id)) return;
    this.takeOut(id);
    this.reject(name, { reason: 'gone' });
  }

  #end(): void {
    this.#round += 1;
    this.forget();
    this.unready = [];
    for (const { upload } of this.all) upload.stop();
  }
}
