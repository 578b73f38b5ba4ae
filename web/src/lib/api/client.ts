// The API: one function an endpoint. All but the bytes of uploads go through `send`; nothing else in the app knows of `fetch`.

import { ApiError, readRefusal } from './errors';
import { nextPageOf } from './local-path';
import type { Description } from './openapi';
import type {
  Invitation,
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

interface Options {
  json?: unknown;
  form?: FormData;
  signal?: AbortSignal;
  /** The request outlives the page. */
  keepalive?: boolean;
  /** The version of a share that is changed: if it has another one by now, nothing is. */
  version?: number;
  /** What is answered is large, and only whether it is a good answer is to be known. */
  unread?: boolean;
  /** The request finds out whose session it is, or starts one, and so isn't made for a particular account. */
  anybody?: boolean;
  /** What is made under one key is made once, however often that is asked for. */
  key?: string;
}

interface Answer<T> {
  data: T;
  next: string | null;
}

type Listener = (error: ApiError | null) => void;

/** The header that names the account which a request is made for. In another's session, the server refuses it. */
export const accountHeader = (user: number | null): Record<string, string> =>
  user === null ? {} : { 'Shared-Spaces-User': String(user) };

export class Api {
  #account: number | null = null;
  #listeners = new Set<Listener>();

  /** Says for whom this page speaks from now on: all windows of a browser share one session, which may change hands. */
  actAs(user: number | null): void {
    this.#account = user;
  }

  /** Calls `observe` with how each request went: null for a good one. Returns what ends that. */
  listen(observe: Listener): () => void {
    this.#listeners.add(observe);
    return () => this.#listeners.delete(observe);
  }

  async #send<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
    const headers: Record<string, string> = { Accept: 'application/json', ...(options.anybody ? {} : accountHeader(this.#account)) };
    if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
    let body: BodyInit | null = options.form ?? null;
    if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
    if (options.json !== undefined) {
      headers['Content-Type'] = 'application/json';
      body = JSON.stringify(options.json);
    }
    let error: ApiError;
    try {
      const { signal = null, keepalive = false } = options;
      const response = await fetch(path, { method, headers, body, signal, keepalive, credentials: 'same-origin' });
      if (response.ok && options.unread) {
        this.report(null);
        await response.body?.cancel();
        return { data: undefined as T, next: null };
      }
      const text = await response.text();
      if (response.ok) {
        this.report(null);
        const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
        return { data: (isJson ? JSON.parse(text) : text) as T, next: nextPageOf(response.headers.get('Link')) };
      }
      error = readRefusal(response.status, response.headers, text);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      error = new ApiError(0, '', 'unreachable');
    }
    this.report(error);
    throw error;
  }

  /** For the files that have the endpoints of what is loaded late. */
  request = <T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> => this.#send<T>(method, path, options);

  async #get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.#send<T>('GET', path, signal ? { signal } : {})).data;
  }

  async #page<T>(path: string, signal?: AbortSignal): Promise<Page<T>> {
    const { data, next } = await this.#send<T[]>('GET', path, signal ? { signal } : {});
    return { rows: data, next };
  }

  /** A list that is needed as a whole, page by page. */
  async #all<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    for (let next: string | null = `${path}?limit=500`; next !== null; ) {
      const { rows: read, next: further }: Page<T> = await this.#page<T>(next);
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
  me = async () => (await this.#send<User>('GET', '/me', { anybody: true })).data;

  register = async (login: string, password: string, confirm: string, invitation: string | null = null) =>
    (await this.#send<User>('POST', '/register', { json: { login, password, 'confirm-password': confirm, invitation } })).data;

  // The token in the answer is left alone: pages use the cookie.
  signIn = async (login: string, password: string): Promise<void> => {
    await this.#send('POST', '/login', { json: { login, password }, anybody: true });
  };

  signOut = () => this.#send('DELETE', '/logout');

  changePassword = (old: string, fresh: string, confirm: string) =>
    this.#send('PUT', '/change-password', { json: { 'old-password': old, 'new-password': fresh, 'confirm-password': confirm } });

  resetPassword = (token: string, fresh: string, confirm: string) =>
    this.#send('POST', '/password-resets/redeem', { json: { token, 'new-password': fresh, 'confirm-password': confirm } });

  signIns = () => this.#all<SignIn>('/sessions');
  endSignIn = (id: number) => this.#send('DELETE', `/sessions/${id}`);
  endOtherSignIns = () => this.#send('DELETE', '/sessions');

  // Spaces and their members.

  mySpaces = () => this.#all<SpaceSummary>('/spaces');
  space = (id: number) => this.#get<SpaceDetail>(`/spaces/${id}`);
  createSpace = async (name: string) => (await this.#send<Space>('POST', '/spaces', { json: { name } })).data;
  renameSpace = (id: number, name: string) => this.#send('PUT', `/spaces/${id}`, { json: { 'new-name': name } });
  deleteSpace = (id: number) => this.#send('DELETE', `/spaces/${id}`);

  members = (id: number) => this.#all<Member>(`/spaces/${id}/members`);
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

  shares = (id: number, limit: number, signal?: AbortSignal) =>
    this.#page<Share>(`/spaces/${id}/shares?limit=${limit}`, signal);
  moreShares = (next: string) => this.#page<Share>(next);
  share = (id: number) => this.#get<Share>(`/shares/${id}`);
  createShare = async (space: number, json: NewShare, key: string, signal: AbortSignal) =>
    (await this.#send<Share>('POST', `/spaces/${space}/shares`, { json, key, signal })).data;
  deleteUpload = (path: string) => this.#send('DELETE', path, { keepalive: true });
  deleteShare = (id: number, keepalive = false) => this.#send('DELETE', `/shares/${id}`, { keepalive });
  editShare = (id: number, form: FormData, version: number) => this.#send('PUT', `/shares/${id}`, { form, version });

  photos = (id: number, by: 'taken' | 'shared', limit = 60) =>
    this.#photos(`/spaces/${id}/images?order=newest&by=${by}&limit=${limit}`);
  morePhotos = (next: string) => this.#photos(next);

  /** A video without a poster has no image, but it has a size and a link as everything has. */
  async #photos(path: string): Promise<Page<Photo>> {
    const { rows, next } = await this.#page<Omit<Photo, 'image' | 'image_url'>>(path);
    return { rows: rows.map((row) => ({ ...row, image: row.media, image_url: row.media.url })), next };
  }
}
