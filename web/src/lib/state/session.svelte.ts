// Who is signed in. The session itself is a cookie that no script can read; this only knows its user.

import type { Api } from '../api/client';
import { type ApiError, asNotKept } from '../api/errors';
import type { Me, ServerInfo, User } from '../api/types';
import { scoped } from '../dom/base';
import { all, on } from '../dom/events';
import { forgetDrafts, openDrafts } from '../forms/drafts';
import { Door } from './door';
import { RequestOrder } from './request-order';
import type { Router } from './router.svelte';
import { paths } from './routes';
import { isSamePerson } from './same-person';

export class Session {
  user = $state<Me | null>(null);
  /** Nothing is shown before it is known whether a user is signed in. */
  ready = $state(false);
  /** The session ended while the page was open. */
  expired = $state(false);
  /** The user who has signed in in another window of this browser, while the page was open for `user`. */
  successor = $state.raw<User | null>(null);
  /** What the server says about itself to users who aren't signed in; null until it is known. */
  server = $state<ServerInfo | null>(null);

  #unread = $state(0);
  #turns = new RequestOrder();
  #before = new Set<() => Promise<void>>();
  #leaving = new Set<() => Promise<void>>();
  #after = new Set<() => void>();
  #signedIn = new Set<() => void>();
  /** The other windows of this browser, which share the session. */
  #windows: BroadcastChannel | null = null;
  readonly #door: Door;

  constructor(
    private readonly api: Pick<Api, 'me' | 'signIn' | 'signOut' | 'server' | 'actAs'>,
    private readonly router: Pick<Router, 'url' | 'route' | 'go'>,
  ) {
    this.#door = new Door(router);
  }

  /** Listens to the other windows of this browser, until what this returns is called. */
  start(): () => void {
    const windows = new BroadcastChannel(scoped('session'));
    windows.onmessage = () => void this.recheck();
    this.#windows = windows;
    return all(
      on(document, 'visibilitychange', () => document.visibilityState === 'visible' && void this.recheck()),
      () => {
        this.#windows = null;
        windows.close();
      },
    );
  }

  /** The signed-in user, on pages that require one. */
  get me(): User {
    if (!this.user) throw new Error('nobody is signed in');
    return this.user;
  }

  /** How much of their inbox is unread; 100 stands for that many or more. */
  get unread(): number {
    return this.#unread;
  }

  set unread(count: number) {
    this.#turns.changed();
    this.#unread = count;
  }

  /** Finds out who is signed in, and redirects to sign in if no user is. Throws if the server can't be reached. */
  async identify(): Promise<void> {
    try {
      this.#become(await this.api.me('read'));
    } catch (error) {
      if ((error as ApiError).status !== 401) throw error;
      // Without a response the sign-in page is shown as usual; the server refuses what it doesn't offer.
      const server = await this.askServer().catch(() => null);
      this.#door.redirect(server?.needs_first_account ?? false);
    }
    this.ready = true;
  }

  /** Calls this while the user is still signed in, to send what waits. This and those below return a function that ends that. */
  beforeSignOut = (task: () => Promise<void>) => added(this.#before, task);

  /** Calls this once the server has signed the user out, while it is still known here who they are. */
  onSignOut = (task: () => Promise<void>) => added(this.#leaving, task);

  /** Calls this when the user has signed out, to forget their data. */
  afterSignOut = (task: () => void) => added(this.#after, task);

  /** Calls this when a user has signed in, to continue what waited for them. */
  afterSignIn = (task: () => void) => added(this.#signedIn, task);

  async signIn(login: string, password: string): Promise<void> {
    await this.api.signIn(login, password);
    const user = await this.api.me().catch(asNotKept);
    // What one user left behind in this tab isn't shown to the next.
    if (this.user && !isSamePerson(this.user, user)) for (const task of this.#after) task();
    this.#become(user);
    this.expired = false;
    this.successor = null;
    for (const task of this.#signedIn) task();
    this.#windows?.postMessage(null);
  }

  async signOut(): Promise<void> {
    for (const task of this.#before) await task();
    await this.api.signOut();
    await this.#gone();
  }

  /** Deletes the account, by `remove`, and with it all sessions. */
  async deleteAccount(remove: () => Promise<unknown>): Promise<void> {
    await remove();
    await this.#gone();
  }

  /** Nothing stays here that was theirs. */
  async #gone(): Promise<void> {
    for (const task of this.#leaving) await task();
    if (this.user) forgetDrafts(this.user.id);
    this.ended();
    this.router.go(paths.signIn);
  }

  /** The session was ended elsewhere; its user has to sign in again. */
  ended(): void {
    this.#become(null);
    for (const task of this.#after) task();
    this.#windows?.postMessage(null);
  }

  /** Observes the outcome of a request. */
  observe(error: ApiError | null): void {
    const isOver = error?.code === 'unauthorized' && this.ready && !this.#door.isHere;
    if (isOver) this.#close();
    // Its user may have signed in again since that was asked, in another window.
    if (isOver || error?.code === 'other_account') void this.recheck();
  }

  /** Checks whether the same user is still signed in: another tab of this browser may have changed that. */
  async recheck(): Promise<void> {
    if (!this.user) return;
    // If the session has ended, `observe` has noticed already; if there is no response, this can wait.
    const turn = this.#turns.begin();
    const user = await this.api.me().catch(() => null);
    if (!user || !this.user) return;
    // What was changed or heard meanwhile, it may not know, nor who is here by now.
    if (!this.#turns.takes(turn)) return this.recheck();
    const isSame = isSamePerson(this.user, user);
    this.successor = isSame ? null : user;
    if (!isSame) return this.#close();
    this.expired = false;
    this.#unread = user.unread_notices;
    Object.assign(this.me, user);
    for (const task of this.#signedIn) task();
  }

  /** What one says of oneself was changed, on whichever device. */
  hear(me: Me): void {
    this.#turns.changed();
    if (this.user?.id === me.id) Object.assign(this.user, me);
  }

  /** Waits for a change of what one says of oneself. If something else was changed meanwhile, its answer may be the older one. */
  async save(change: Promise<Me>): Promise<void> {
    const turn = this.#turns.begin();
    const me = await change;
    if (this.#turns.takes(turn)) this.hear(me);
    else await this.recheck();
  }

  askServer = async (): Promise<ServerInfo> => (this.server = await this.api.server());

  /** What it says, asked unless it is known; null without a response: then it is asked again where it is needed next. */
  needServer = async (): Promise<ServerInfo | null> => this.server ?? (await this.askServer().catch(() => null));

  #become(user: Me | null): void {
    if (user) openDrafts(user);
    this.user = user;
    this.unread = user?.unread_notices ?? 0;
    this.api.actAs(user?.id ?? null);
  }

  /** Redirects to sign in. The same user, once signed in again, finds what they wrote. */
  #close(): void {
    this.expired = this.user !== null;
    this.#door.redirectBack();
  }
}

/** Adds a task; returns what takes it away. */
function added<T>(tasks: Set<T>, task: T): () => void {
  tasks.add(task);
  return () => tasks.delete(task);
}
