// Photos of a share in the making as this browser keeps them, so that a reload takes nothing.

import { moved } from '../photos/media-order';
import type { KeptPhotos } from './kept-photos';
import { type ChosenPicture, PictureList } from './picture-list.svelte';
import type { Session } from './session.svelte';
import type { Uploads } from './uploads';

export class KeptList extends PictureList {
  constructor(
    session: Pick<Session, 'server' | 'needServer'>,
    /** Called whenever there are others, or their order or captions are. */
    protected readonly onchange: () => void,
    uploads: Pick<Uploads, 'load'>,
    protected readonly kept: KeptPhotos,
  ) {
    super(session, uploads);
  }

  /** Whether a reload would take none of them. */
  get areKept(): boolean {
    return this.unready.length === 0 && this.all.every(({ id, upload }) => this.kept.has(id, upload.state === 'done'));
  }

  /** Somebody doesn't want one any more. */
  remove(id: number): void {
    this.forget();
    this.takeOut(id);
  }

  protected takeOut(id: number): void {
    void this.all.find((each) => each.id === id)?.upload.cancel();
    this.kept.remove(id);
    this.take(this.all.filter((each) => each.id !== id));
  }

  move(from: number, to: number): void {
    this.take(moved(this.all, from, to));
  }

  describe(id: number, caption: string): void {
    this.take(this.all.map((each) => (each.id === id ? { ...each, caption } : each)));
  }

  /** Says whether the server keeps when they were taken. */
  chooseDates(keep: boolean): void {
    this.keepDates = keep;
    this.save();
    this.onchange();
  }

  /** Forgets what is there from before, which was shared or isn't wanted any more. */
  async discard(): Promise<void> {
    await this.kept.discard();
  }

  /** Gives files to the uploads that need them again, and returns the others. */
  protected async supply(files: File[]): Promise<File[]> {
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
      this.save();
      await this.again(wants.id);
    }
    return others;
  }

  protected save(): void {
    const photos = this.all.map(({ id, caption, upload, picture }) => ({ id, caption, paths: upload.paths, picture }));
    this.kept.save({ keepDates: this.keepDates, photos });
  }

  protected take(pictures: readonly ChosenPicture[]): void {
    this.show(pictures);
    this.save();
    this.onchange();
  }

  /** Shows these, without anything having been changed. */
  protected show(pictures: readonly ChosenPicture[]): void {
    const kept = new Set(pictures.map(({ id }) => id));
    for (const { id, src } of this.all) if (!kept.has(id)) URL.revokeObjectURL(src);
    this.all = pictures;
  }
}
