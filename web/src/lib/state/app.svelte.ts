// All that lives as long as the page, created and connected in one place. Components get it by `useApp`.

import { createContext } from 'svelte';

import { Api } from '../api/client';
import { forgetKept } from '../api/kept';
import { all } from '../dom/events';
import { I18n } from '../i18n/index.svelte';
import { Announcer } from './announcer.svelte';
import { Clock } from './clock.svelte';
import { Composers } from './composers';
import { Connection } from './connection.svelte';
import { Deletions } from './deletions.svelte';
import { Feeds } from './feed.svelte';
import { Galleries } from './galleries';
import { LinkSecret } from './link-secret';
import { Live } from './live.svelte';
import { People } from './people.svelte';
import { Router } from './router.svelte';
import { Session } from './session.svelte';
import { OpenSpaces } from './space.svelte';
import { Spaces } from './spaces.svelte';
import { Theme } from './theme.svelte';
import { Toasts } from './toasts.svelte';
import { Uploads } from './uploads';
import { Viewer } from './viewer.svelte';
import { WindowDrafts } from './window-drafts';

/** What lives as long as the page, once it is loaded. */
interface Part {
  /** Runs until the returned function is called. */
  start(): () => void;
  /** Forgets what belongs to a user. */
  clear(): void;
  /** How many shares it has sent off that haven't arrived. */
  readonly underWay?: number;
}

export class App {
  readonly api = new Api();
  readonly i18n = new I18n();
  readonly theme = new Theme();
  readonly clock = new Clock();
  readonly router = new Router();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();
  readonly viewer = new Viewer();
  readonly people = new People();
  readonly linkSecret = new LinkSecret();
  readonly drafts = new WindowDrafts();
  readonly connection = new Connection(this.api);
  readonly session = new Session(this.api, this.router);
  readonly live = new Live(this.connection, this.session);
  readonly spaces = new Spaces(this.api);
  readonly openSpaces = new OpenSpaces(this.api, this.session, this.spaces);
  readonly feeds = new Feeds(this.api, this.session);
  readonly deletions = new Deletions({ delete: this.api.deleteShare }, this.toasts, {
    deleted: () => this.t('share.deleted'),
    undo: () => this.t('share.undo'),
  });
  /** Those taken last first. */
  readonly galleries = new Galleries(this.api, this.deletions, 'taken');
  /** Those shared last first. */
  readonly latest = new Galleries(this.api, this.deletions, 'shared');
  readonly uploads = new Uploads(this.api, this.session);
  readonly composers = new Composers(this);

  /** The message for a key, in the reader's language. */
  readonly t = this.i18n.t;

  #parts = new Map<new (app: App) => Part, Part>();
  #ends = new Set<() => void>();

  /** What a part of the app that is loaded late needs, made when it is first asked for; the same one each time. */
  part<T extends Part>(Kind: new (app: App) => T): T {
    const known = this.#parts.get(Kind);
    if (known) return known as T;
    const made = new Kind(this);
    this.#parts.set(Kind, made);
    this.#ends.add(made.start());
    return made;
  }

  /** How many shares, and edits of them, were sent off and haven't arrived. */
  get underWay(): number {
    return [...this.#parts.values()].reduce((sum, { underWay = 0 }) => sum + underWay, this.composers.underWay);
  }

  /** Begins to listen to the browser and the server, in this order; the returned function ends that. */
  start(): () => void {
    this.theme.start();
    void this.i18n.start();
    this.api.watch(this.people.ask);
    return all(
      this.api.listen((error) => {
        this.connection.observe(error);
        this.session.observe(error);
        if (error?.code === 'unauthorized') void forgetKept();
      }),
      this.session.beforeSignOut(() => this.deletions.flush()),
      this.session.afterSignOut(() => this.#forget()),
      this.session.afterSignIn(() => void this.uploads.wake()),
      this.connection.onReconnect(() => {
        void this.i18n.start();
        void this.uploads.wake();
        this.composers.sendWaiting();
      }),
      this.router.start(),
      this.clock.start(),
      this.drafts.start(),
      this.connection.start(),
      this.session.start(),
      this.deletions.start(),
      () => this.#ends.forEach((end) => end()),
    );
  }

  /** Nothing that one person read or began is there for the next. */
  #forget(): void {
    for (const part of this.#parts.values()) part.clear();
    void forgetKept();
    this.composers.clear();
    this.deletions.clear();
    this.feeds.clear();
    this.galleries.clear();
    this.latest.clear();
    this.openSpaces.clear();
    this.people.clear();
    this.spaces.clear();
    this.viewer.close();
    this.announcer.clear();
    this.toasts.clear();
  }
}

/** The app, for the components in it; `provideApp` is for its root. To be called while a component is made. */
export const [useApp, provideApp] = createContext<App>();
