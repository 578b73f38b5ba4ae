// The API: one function an endpoint. All but the bytes of uploads go through `send`; nothing else in the app knows of `fetch`.

import { base } from '../dom/base';
import { accountHeader } from './account';
import { ApiError, readRefusal } from './errors';
import { forgetRefused, type Kept, keep, recall } from './kept';
import { nextPageOf } from './local-path';
import type { Description } from './openapi';
import type { Answer, Options } from './request';
import type {
  EditedShare,
  Invitation,
  Me,
  Medium,
  Member,
  SpaceSummary,
  NewInvitation,
  NewShare,
  InvitationPreview,
  Photo,
  Page,
  Role,
  ServerInfo,
  Share,
  SignIn,
  Space,
  SpaceDetail,
  User,
} from './types';

type Listener = (error: ApiError | null) => void;
/** Called as a request begins; what it returns is called with the answer of the server. */
type Watcher = (isChange: boolean) => (answer: unknown) => void;

export class Api {
  #account: number | null = null;
  #listeners = new Set<Listener>();
  #watch: Watcher = () => () => undefined;

  /** Says for whom this page speaks from now on: all windows of a browser share one session, which may change hands. */
  actAs(user: number | null): void {
    this.#account = user;
  }

  /** Calls `observe` with how each request went: null for a good one. Returns what ends that. */
  listen(observe: Listener): () => void {
    this.#listeners.add(observe);
    return () => this.#listeners.delete(observe);
  }

  /** Has all answers looked at. */
  watch(watcher: Watcher): void {
    this.#watch = watcher;
  }

  async #send<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
    const account = this.#account;
    const headers: Record<string, string> = { Accept: 'application/json', ...(options.anybody ? {} : accountHeader(account)) };
    if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
    let body: BodyInit | null = options.file ?? null;
    if (body) headers['Content-Type'] = 'application/octet-stream';
    if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
    if (options.json !== undefined) {
      headers['Content-Type'] = 'application/json';
      body = JSON.stringify(options.json);
    }
    const take = this.#watch(method !== 'GET');
    let error: ApiError;
    try {
      const { signal = null, keepalive = false } = options;
      const response = await fetch(base + path, { method, headers, body, signal, keepalive, credentials: 'same-origin' });
      if (response.ok && options.unread) {
        this.report(null);
        await response.body?.cancel();
        return { data: undefined as T, next: null };
      }
      const text = await response.text();
      if (response.ok) {
        this.report(null);
        // Who has signed out meanwhile leaves nothing here, and who is here by now gets nothing of theirs.
        if (options.kept && account === this.#account) void keep(account, path, response, text);
        const isJson = response.headers.get('Content-Type')?.includes('json');
        const data = (isJson ? JSON.parse(text) : text) as T;
        take(data);
        return { data, next: nextPageOf(response.headers.get('Link')) };
      }
      error = readRefusal(response.status, response.headers, text);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      error = new ApiError(0, '', 'unreachable');
    }
    this.report(error);
    if (options.kept && (error.status === 403 || error.status === 404)) void forgetRefused(account, path);
    const kept = options.kept === 'read' && error.unreachable && (await recall(account, path));
    if (!kept) throw error;
    return { data: JSON.parse(kept.text) as T, next: nextPageOf(kept.link) };
  }

  /** For the endpoints of what is loaded late. */
  request = <T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> => this.#send<T>(method, path, options);

  #get = async <T>(path: string, options?: Options): Promise<T> => (await this.#send<T>('GET', path, options)).data;

  async #page<T>(path: string, options?: Options): Promise<Page<T>> {
    const { data: rows, next } = await this.#send<T[]>('GET', path, options);
    return { rows, next };
  }

  /** A list that is needed as a whole, page by page. */
  async #all<T>(path: string, options?: Options): Promise<T[]> {
    const rows: T[] = [];
    for (let next: string | null = `${path}?limit=500`; next !== null; ) {
      const { rows: read, next: further }: Page<T> = await this.#page<T>(next, options);
      rows.push(...read);
      next = further;
    }
    return rows;
  }

  /** Reports the outcome of a request to the observers; requests that aren't made here report their own. */
  report(error: ApiError | null): void {
    for (const observe of this.#listeners) observe(error);
  }

  // The server and accounts.

  server = () => this.#get<ServerInfo>('/server');
  health = () => this.#get<string>('/health');
  description = () => this.#get<Description>('/openapi.json');
  me = (kept: Kept = 'write') => this.#get<Me>('/me', { anybody: true, kept });

  register = async (login: string, password: string, confirm: string, invitation: string | null = null) =>
    (await this.#send<User>('POST', '/register', { json: { login, password, 'confirm-password': confirm, invitation } })).data;

  // The token in the answer is left alone: pages use the cookie.
  signIn = async (login: string, password: string): Promise<void> => {
    await this.#send('POST', '/login', { json: { login, password }, anybody: true });
  };

  signOut = () => this.#send('DELETE', '/logout');

  changePassword = (old: string, fresh: string, confirm: string) =>
    this.#send('PUT', '/change-password', { json: { 'old-password': old, 'new-password': fresh, 'confirm-password': confirm } });

  forgotPassword = (login: string) => this.#send('POST', '/password-resets', { json: { login }, anybody: true });

  resetPassword = (token: string, fresh: string, confirm: string) =>
    this.#send('POST', '/password-resets/redeem', { json: { token, 'new-password': fresh, 'confirm-password': confirm } });

  signIns = () => this.#all<SignIn>('/sessions');
  endSignIn = (id: number) => this.#send('DELETE', `/sessions/${id}`);
  endOtherSignIns = () => this.#send('DELETE', '/sessions');

  // Spaces and their members. What is shown first of them is kept.

  mySpaces = (kept?: Kept) => this.#all<SpaceSummary>('/spaces', { kept });
  space = (id: number, kept?: Kept) => this.#get<SpaceDetail>(`/spaces/${id}`, { kept });
  createSpace = async (name: string) => (await this.#send<Space>('POST', '/spaces', { json: { name } })).data;
  renameSpace = (id: number, name: string) => this.#send('PUT', `/spaces/${id}`, { json: { 'new-name': name } });
  deleteSpace = (id: number) => this.#send('DELETE', `/spaces/${id}`);

  members = (id: number, kept?: Kept) => this.#all<Member>(`/spaces/${id}/members`, { kept });
  addMember = (id: number, login: string) => this.#send('POST', `/spaces/${id}/members`, { json: { login } });
  removeMember = (id: number, user: number, endInvitations = false) =>
    this.#send('DELETE', `/spaces/${id}/members/${user}${endInvitations ? '?end_invitations=true' : ''}`);
  setAdmin = (id: number, user: number, isAdmin: boolean) =>
    this.#send('PUT', `/spaces/${id}/members/${user}`, { json: { 'is-admin': isAdmin } });

  // Links by which people get in.
  offer = async (token: string) => (await this.#send<InvitationPreview>('POST', '/invitations/offer', { json: { token } })).data;
  acceptInvitation = (token: string) => this.#send('POST', '/invitations/accept', { json: { token } });
  invitations = (id: number) => this.#all<Invitation>(`/spaces/${id}/invitations`);
  invite = async (id: number, role: Role, uses: number) =>
    (await this.#send<NewInvitation>('POST', `/spaces/${id}/invitations`, { json: { role, uses } })).data;
  revokeInvitation = (id: number, invitation: number) => this.#send('DELETE', `/spaces/${id}/invitations/${invitation}`);

  // Shares and photos. What is to be shared is sent before, by `tus.ts`.
  shares = (id: number, limit: number, options?: Pick<Options, 'signal' | 'kept'>) => this.#page<Share>(`/spaces/${id}/shares?limit=${limit}`, options);
  moreShares = (next: string) => this.#page<Share>(next);
  share = (id: number, kept?: Kept) => this.#get<Share>(`/shares/${id}`, { kept });
  createShare = async (space: number, json: NewShare, key: string, signal: AbortSignal) => (await this.#send<Share>('POST', `/spaces/${space}/shares`, { json, key, signal })).data;
  deleteUpload = (path: string) => this.#send('DELETE', path, { keepalive: true });
  deleteShare = (id: number, keepalive = false) => this.#send('DELETE', `/shares/${id}`, { keepalive });
  editShare = (id: number, json: EditedShare, version: string, signal: AbortSignal) => this.#send('PUT', `/shares/${id}`, { json, version, signal });

  photos = (id: number, by: 'taken' | 'shared', kind: Medium['kind'] | null, limit: number) =>
    this.#photos(`/spaces/${id}/images?order=newest&by=${by}&limit=${limit}${kind === null ? '' : `&kind=${kind}`}`);
  morePhotos = (next: string) => this.#photos(next);

  /** A video without a poster has no image, but it has a size and a link as everything has. */
  async #photos(path: string): Promise<Page<Photo>> {
    const { rows, next } = await this.#page<Omit<Photo, 'image' | 'image_url'>>(path);
    return { rows: rows.map((row) => ({ ...row, image: row.media, image_url: row.media.url })), next };
  }
}
