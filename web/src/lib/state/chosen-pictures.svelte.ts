// The photos of a share in the making, in their order, each with its caption. They are sent while one writes.

import { FileGone } from '../api/errors';
import type { ServerInfo } from '../api/types';
import type { PhotoProblem, Picture } from '../photos/chosen';
import { look } from '../photos/choosing';
import { moved } from '../photos/media-order';
import type { KeptPhotos } from './kept-photos';
import { Pending } from './pending';
import { type ChosenPicture, PictureList } from './picture-list.svelte';
import type { Loaded, Uploads } from './uploads';

export class ChosenPictures extends PictureList {
  /** Another one whenever all are cleared: what is still looked at then belongs to none. */
  #round = 0;
  readonly #looking = new Pending();
  #ids = 0;
  #restoring: Promise<void> | null = null;

  constructor(
    session: { readonly server: ServerInfo | null },
    /** Called whenever there are others, or their order or captions are. */
    private readonly onchange: () => void,
    uploads: Pick<Uploads, 'load'>,
    private readonly kept: KeptPhotos,
  ) {
    super(session, uploads);
    if (kept.isExpected) void this.takeUp();
  }

  /** Takes up what was there before the page was reloaded. */
  async takeUp(): Promise<void> {
    await this.#looking.add(this.#restore());
  }

  /** Adds photos after the existing ones, as many as there may be. */
  async choose(files: File[]): Promise<void> {
    await this.#looking.add(this.#choose(files));
  }

  /** When all that were chosen are taken or refused: a video is looked at for some seconds. */
  async looked(): Promise<void> {
    await this.#looking.settled();
  }

  async #choose(chosen: File[]): Promise<void> {
    const round = this.#round;
    await this.#restore();
    const files = await this.#supply(chosen);
    if (files.length === 0 || round !== this.#round) return;
    const free = Math.max(0, this.most - this.all.length);
    this.problems = [];
    this.left = Math.max(0, files.length - free);
    for (const file of files.slice(0, free)) {
      const [found, uploads] = await Promise.all([look(file, this.session.server), this.uploads.load()]);
      const isWanted = round === this.#round && uploads && !this.isMissing && !this.isFull;
      if ('url' in found && !isWanted) URL.revokeObjectURL(found.url);
      if (round !== this.#round) return;
      const isReady = uploads && !this.isMissing;
      const problem: PhotoProblem | null = 'reason' in found ? found : isReady ? null : { reason: 'unready' };
      if (problem) this.reject(file.name, problem);
      else if (isWanted && 'url' in found) this.#add(found, uploads);
    }
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
      const upload = uploads.begin(picture, () => this.#save(), paths);
      return { id, picture, src: picture.url, name: picture.name, caption, upload };
    });
    this.all = [...photos, ...this.all];
  }

  /** Gives files to the uploads that need them again, and returns the others. */
  async #supply(files: File[]): Promise<File[]> {
    const others: File[] = [];
    for (const file of files) {
      const wants = this.lacking(file);
      if (!wants) {
        others.push(file);
        continue;
      }
      const { unkept: _, ...known } = wants.picture;
      const picture = { ...known, file };
      wants.upload.supply(picture);
      // The same share as before: only its bytes are there again.
      this.all = this.all.map((each) => (each === wants ? { ...each, picture } : each));
      this.kept.keep(wants.id, picture);
      this.#save();
      await this.again(wants.id);
    }
    return others;
  }

  /** When all have arrived or are refused, or are locked, and nothing is looked at any more. */
  async settled(): Promise<void> {
    await this.looked();
    await this.arrivedOrNot();
  }

  remove(id: number): void {
    this.forget();
    void this.all.find((each) => each.id === id)?.upload.cancel();
    this.kept.remove(id);
    this.#take(this.all.filter((each) => each.id !== id));
  }

  move(from: number, to: number): void {
    this.#take(moved(this.all, from, to));
  }

  describe(id: number, caption: string): void {
    this.#take(this.all.map((each) => (each.id === id ? { ...each, caption } : each)));
  }

  /** Whether a reload would take none of them. */
  get areKept(): boolean {
    return this.all.every(({ id, upload }) => this.kept.has(id, upload.state === 'done'));
  }

  /** Says whether the server keeps when they were taken. */
  chooseDates(keep: boolean): void {
    this.keepDates = keep;
    this.#save();
    this.onchange();
  }

  /** All are shared. */
  clear(): void {
    this.#end();
    this.keepDates = true;
    this.kept.clear();
    this.#take([]);
  }

  /** Stops here; what is kept stays for the next time. Resolves once nothing is written there any more. */
  async leave(): Promise<void> {
    const closed = this.kept.close();
    this.#end();
    this.#take([]);
    await closed;
  }

  /** Forgets what is there from before, which was shared. */
  async discard(): Promise<void> {
    await this.kept.discard();
  }

  #add(picture: Picture, uploads: Loaded): void {
    const id = (this.#ids += 1);
    const upload = uploads.begin(picture, () => this.#save());
    this.kept.keep(id, picture);
    this.#take([...this.all, { id, picture, src: picture.url, name: picture.name, caption: '', upload }]);
    void upload.settled().then(() => {
      if (upload.error instanceof FileGone) this.#lose(id, picture.name);
    });
  }

  /** Its file was changed before it was sent. */
  #lose(id: number, name: string): void {
    if (!this.all.some((each) => each.id === id)) return;
    this.remove(id);
    this.reject(name, { reason: 'gone' });
  }

  #save(): void {
    const photos = this.all.map(({ id, caption, upload, picture }) => ({ id, caption, paths: upload.paths, picture }));
    this.kept.save({ keepDates: this.keepDates, photos });
  }

  #end(): void {
    this.#round += 1;
    this.forget();
    for (const { upload } of this.all) upload.stop();
  }

  #take(pictures: readonly ChosenPicture[]): void {
    const kept = new Set(pictures.map(({ id }) => id));
    for (const { id, src } of this.all) if (!kept.has(id)) URL.revokeObjectURL(src);
    this.all = pictures;
    this.#save();
    this.onchange();
  }
}
