// Photos of a share in the making as they are on their way: how far all of them are, and what the share will say of them.

import type { NewMedium } from '../api/types';
import { markOf, type PhotoProblem, type Picture } from '../photos/chosen';
import type { FileUpload } from './file-upload.svelte';
import type { Session } from './session.svelte';
import type { Uploads } from './uploads';

export interface ChosenPicture {
  id: number;
  picture: Picture;
  /** For `<img>`; empty where this browser can't show it. */
  src: string;
  name: string;
  caption: string;
  upload: FileUpload;
}

/** The most that are taken until the limit of the server is known, right after the page was opened: its default, so that few servers
refuse any, and none is left out that they would have taken. */
const UNKNOWN_MOST = 20;

export class PictureList {
  /** In the order in which they will be shown. */
  all = $state.raw<readonly ChosenPicture[]>([]);
  /** What is wrong with those that were chosen last and rejected. */
  problems = $state.raw<readonly { name: string; problem: PhotoProblem }[]>([]);
  /** How many more files were chosen than can be taken. */
  left = $state(0);
  /** Whether the server keeps when they were taken. */
  keepDates = $state(true);
  /** Whether there are some from before that couldn't be loaded: nothing is shared without them. */
  isMissing = $state(false);
  /** Files that were chosen while they couldn't be looked at, for want of a connection: nothing is shared without them either. */
  unready = $state.raw<readonly File[]>([]);
  /** It was sent off and isn't sent: something that had been chosen isn't among them, which nobody knew yet. */
  isHeld = $state(false);

  /** How many were chosen and aren't among them, and of how many of those it was known when it was sent off. */
  #missed = 0;
  #known = 0;

  constructor(
    protected readonly session: Pick<Session, 'server' | 'needServer'>,
    protected readonly uploads: Pick<Uploads, 'load'>,
  ) {}

  /** The most that a share can have. */
  get most(): number {
    return this.session.server?.limits.media_per_share ?? UNKNOWN_MOST;
  }

  get isFull(): boolean {
    return this.all.length >= this.most;
  }

  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** Whether all that was chosen could be looked at, or loaded again. */
  get isWhole(): boolean {
    return !this.isMissing && this.unready.length === 0;
  }

  /** Somebody sends it off, and could read until now what is rejected. */
  sendOff(): void {
    this.#known = this.#missed;
    this.isHeld = false;
  }

  /** Holds it back if something was rejected or lost since; returns whether it does. */
  hold(): boolean {
    return (this.isHeld = this.#missed > this.#known);
  }

  /** Whether one is refused: then nothing can be shared before it is taken out, or sent again. */
  get hasRefused(): boolean {
    return this.all.some(({ upload }) => upload.state === 'refused');
  }

  /** Whether one was a motion photo, whose film isn't kept. */
  get hasLostFilm(): boolean {
    return this.all.some(({ upload }) => upload.hasLostFilm);
  }

  /** How many have arrived. */
  get arrived(): number {
    return this.all.filter(({ upload }) => upload.state === 'done').length;
  }

  /** Whether some are tried again later. */
  get isWaiting(): boolean {
    return this.all.some(({ upload }) => upload.state === 'waiting');
  }

  /** How much of all has been sent, 0 to 1. */
  get progress(): number {
    const sum = (of: (upload: FileUpload) => number) => this.all.reduce((all, { upload }) => all + of(upload), 0);
    return this.isEmpty ? 1 : sum(({ sent }) => sent) / sum(({ total }) => total);
  }

  /** Whether their user has to sign in before they continue. */
  get isLocked(): boolean {
    return this.all.some(({ upload }) => upload.isLocked);
  }

  /** Sends one that was refused again. */
  async again(id: number): Promise<void> {
    const upload = this.all.find((each) => each.id === id)?.upload;
    if (upload) (await this.uploads.load())?.again(upload);
  }

  /** Sends an upload again that the server doesn't have any more; returns whether it is one of these. */
  async renew(upload: unknown): Promise<boolean> {
    const gone = this.#withUpload(String(upload));
    if (gone) await this.again(gone.id);
    return gone !== undefined;
  }

  /** When all have arrived or are refused, or are locked. */
  protected async arrivedOrNot(): Promise<void> {
    while (!this.isLocked && this.all.some(({ upload }) => upload.state !== 'done' && upload.state !== 'refused')) {
      await Promise.all(this.all.map(({ upload }) => upload.settled()));
    }
  }

  /** As a share names them. */
  get media(): NewMedium[] {
    return this.all.map(({ upload, caption }) => ({
      ...upload.ids,
      ...(caption.trim() && { caption }),
      ...(!this.keepDates && { taken_at: null }),
    }));
  }

  /** The one whose file this is, if it needs that again. */
  protected lacking(file: File): ChosenPicture | undefined {
    const { size, modified } = markOf(file);
    return this.all.find(({ upload, picture: { name, unkept } }) => {
      const isIt = unkept?.size === size && unkept.modified === modified && name === file.name;
      return isIt && upload.state === 'refused';
    });
  }

  /** The one that arrived as this upload. */
  #withUpload(id: string): ChosenPicture | undefined {
    const isIt = ({ ids: { upload, poster } }: FileUpload) => [upload, poster].some((each) => String(each) === id);
    return this.all.find(({ upload }) => upload.state === 'done' && isIt(upload));
  }

  protected reject(name: string, problem: PhotoProblem): void {
    this.#missed += 1;
    this.problems = [...this.problems, { name, problem }];
  }

  /** There are more than can be taken. */
  protected leaveOut(files: number): void {
    this.#missed += files;
    this.left += files;
  }

  /** What was wrong with earlier ones is no longer said. */
  protected forget(): void {
    this.problems = [];
    this.left = 0;
    this.isHeld = false;
  }
}
