// Words that were being written about something that is deleted meanwhile: they are shown for as long as their author wants, and then
// their draft is removed. Nothing else would lead to it any more.

import type { Api } from '../api/client';
import { isGone } from '../api/errors';
import { all } from '../dom/events';
import { keepDraft, places, placesBegun, readDraft } from '../forms/drafts';
import type { I18n } from '../i18n/index.svelte';
import { say } from '../i18n/talk';
import type { Announcer } from './announcer.svelte';
import type { Deletions } from './deletions.svelte';
import { newWords } from './edit-draft';
import { KeptPhotos } from './kept-photos';
import type { Live } from './live.svelte';
import type { News } from './news';
import type { Session } from './session.svelte';
import { SingleFlight } from './single-flight';
import { Soon } from './soon';
import { Talk } from './talk.svelte';
import type { Toasts } from './toasts.svelte';
import type { WindowDrafts } from './window-drafts';
import { showWords } from './words-note';

interface Deps {
  api: Pick<Api, 'request'>;
  live: Pick<Live, 'on'>;
  session: Pick<Session, 'user' | 'afterSignIn'>;
  drafts: Pick<WindowDrafts, 'look' | 'has' | 'read' | 'keep'>;
  toasts: Pick<Toasts, 'show' | 'end'>;
  announcer: Pick<Announcer, 'say'>;
  i18n: Pick<I18n, 'language' | 'locale'>;
  deletions: Pick<Deletions, 'isHidden'>;
  part: (Kind: typeof Talk) => { deletions: Pick<Deletions, 'isHidden'> };
}

/** What can have been begun about something with an id. */
type Kind = 'space' | 'share' | 'comment' | 'comment-edit';

/** Where the server says whether that is still there. */
const PATHS: Record<Kind, (id: number) => string> = {
  space: (id) => `/spaces/${id}`,
  share: (id) => `/shares/${id}`,
  comment: (id) => `/shares/${id}`,
  'comment-edit': (id) => `/comments/${id}/reactions?limit=1`,
};
const WORDS = { space: 'lost.space', share: 'lost.edit', comment: 'lost.comment', 'comment-edit': 'lost.comment_edit' } as const;
/** After these, something may be gone. */
const TAKING: readonly News['kind'][] = ['anything', 'share.deleted', 'comment.deleted', 'space.deleted'];
/** The most that are asked about at once: nobody begins more. */
const MOST = 50;

export class LostWords {
  /** The notes that are shown, by the place of the draft. */
  #shown = new Map<string, number>();
  #looking = new SingleFlight();
  #soon = new Soon(() => void this.look());

  constructor(private readonly deps: Deps) {}

  /** Runs until the returned function is called. */
  start(): () => void {
    const { live, session } = this.deps;
    this.#soon.ask();
    return all(
      live.on(({ kind }) => TAKING.includes(kind) && this.#soon.ask()),
      session.afterSignIn(() => this.#soon.ask()),
      () => this.clear(),
    );
  }

  /** Asks of all that was begun whether it is gone. */
  look(): Promise<void> {
    return this.#looking.runAfter(() => this.#look());
  }

  /** Another user is here. Their words are theirs, and their drafts stay. */
  clear(): void {
    this.#soon.end();
    const shown = [...this.#shown.values()];
    this.#shown.clear();
    for (const note of shown) this.deps.toasts.end(note);
  }

  async #look(): Promise<void> {
    const { api, drafts, session } = this.deps;
    const me = session.user?.id;
    if (me === undefined) return;
    await drafts.look();
    const begun = placesBegun(me).filter(({ place }) => !this.#shown.has(place) && drafts.has(me, place));
    for (const { kind, id, place } of begun.slice(0, MOST)) {
      // Without an answer, nobody knows.
      const isLost = await api.request('GET', PATHS[kind](id)).then(() => false, isGone);
      if (session.user?.id !== me) return;
      if (isLost) this.#tell(me, kind, id, place);
    }
  }

  #tell(me: number, kind: Kind, id: number, place: string): void {
    const { announcer, i18n, toasts } = this.deps;
    const kept = this.#read(me, kind, id, place);
    const { words, additions } = kind === 'share' ? newWords(kept ?? '') : { words: kept ?? '', additions: null };
    const forget = () => {
      this.#forget(me, kind, id, place);
      if (additions !== null) void new KeptPhotos(me, additions, () => Promise.resolve(true)).discard();
    };
    if (words.trim() === '' || this.#isOwn(kind, id)) {
      forget();
      return;
    }
    const shown = { text: say(i18n, WORDS[kind], { text: words }), words, copy: say(i18n, 'lost.copy'), copied: say(i18n, 'lost.copied') };
    const note = showWords({ toasts, announcer }, shown, () => {
      if (this.#shown.delete(place)) forget();
    });
    this.#shown.set(place, note);
  }

  /** The one who writes has deleted it here, and knows. */
  #isOwn(kind: Kind, id: number): boolean {
    const { deletions, part } = this.deps;
    if (kind === 'space') return false;
    return (kind === 'comment-edit' ? part.call(this.deps, Talk).deletions : deletions).isHidden(id);
  }

  /** A share in the making is kept for all windows. */
  #read(me: number, kind: Kind, id: number, place: string): string | null {
    if (kind === 'space') return readDraft(me, place);
    return this.deps.drafts.read(me, place, kind === 'comment' ? [places.commentKey(id)] : []);
  }

  #forget(me: number, kind: Kind, id: number, place: string): void {
    if (kind !== 'space') {
      this.deps.drafts.keep(me, place, null);
      if (kind === 'comment') this.deps.drafts.keep(me, places.commentKey(id), null);
      return;
    }
    for (const each of [place, places.key(id), places.going(id)]) keepDraft(me, each, null);
    void new KeptPhotos(me, place, () => Promise.resolve(true)).discard();
  }
}
