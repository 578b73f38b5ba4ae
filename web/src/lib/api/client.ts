// The API: one function an endpoint. All but uploads go through `send`; nothing else in the app knows of `fetch`.

import type { Description } from './openapi';
import { nextPageOf } from './local-path';
import { ApiError, readRefusal } from './errors';
import type {
  Invitation,
  Member,
  MySpace,
  NewInvitation,
  Offer,
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
  /** The request asks whose session it is, or begins one, and so is made for nobody. */
  anybody?: boolean;
}

interface Answer<T> {
  data: T;
  next: string | null;
}

let account: number | null = null;

/** Says for whom this page speaks from now on: all windows of a browser share one session, which may change hands. */
export function actAs(user: number | null): void {
  account = user;
}

/** The header that names the account which a request is made for. In another's session, the server refuses it. */
export const accountHeader = (user: number | null): Record<string, string> =>
  user === null ? {} : { 'Shared-Spaces-User': String(user) };

type Listener = (error: ApiError | null) => void;
let listener: Listener = () => undefined;

/** Has every answer told to `observe`: null for a good one. The session and the connection listen. */
export function listen(heard: Listener): void {
  listener = heard;
}

/** Tells those who listen how a request went that didn't go through `send`. */
export function report(error: ApiError | null): void {
  listener(error);
}

async function send<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json', ...(options.anybody ? {} : accountHeader(account)) };
  let body: BodyInit | null = options.form ?? null;
  if (options.json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.json);
  }
  let error: ApiError;
  try {
    const { signal = null, keepalive = false } = options;
    const response = await fetch(path, { method, headers, body, signal, keepalive, credentials: 'same-origin' });
    const text = await response.text();
    if (response.ok) {
      listener(null);
      const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
      return { data: (isJson ? JSON.parse(text) : text) as T, next: nextPageOf(response.headers.get('Link')) };
    }
    error = readRefusal(response.status, response.headers, text);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    error = new ApiError(0, '', 'unreachable');
  }
  listener(error);
  throw error;
}

const get = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await send<T>('GET', path, signal ? { signal } : {})).data;

async function piece<T>(path: string, signal?: AbortSignal): Promise<Page<T>> {
  const { data, next } = await send<T[]>('GET', path, signal ? { signal } : {});
  return { rows: data, next };
}

/** A list that is needed as a whole, piece by piece. */
async function all<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  for (let next: string | null = `${path}?limit=500`; next !== null; ) {
    const { rows: read, next: further }: Page<T> = await piece<T>(next);
    rows.push(...read);
    next = further;
  }
  return rows;
}

// The server and accounts.

export const server = () => get<ServerInfo>('/server');
export const health = () => get<string>('/health');
export const description = () => get<Description>('/openapi.json');
export const me = async () => (await send<User>('GET', '/me', { anybody: true })).data;

export const register = async (login: string, password: string, confirm: string, invitation: string | null = null) =>
  (await send<User>('POST', '/register', { json: { login, password, 'confirm-password': confirm, invitation } })).data;

// The token in the answer is left alone: pages use the cookie.
export const signIn = async (login: string, password: string): Promise<void> => {
  await send('POST', '/login', { json: { login, password }, anybody: true });
};

export const signOut = () => send('DELETE', '/logout');

export const changePassword = (old: string, fresh: string, confirm: string) =>
  send('PUT', '/change-password', { json: { 'old-password': old, 'new-password': fresh, 'confirm-password': confirm } });

export const resetPassword = (token: string, fresh: string, confirm: string) =>
  send('POST', '/password-resets/redeem', { json: { token, 'new-password': fresh, 'confirm-password': confirm } });

export const signIns = () => all<SignIn>('/sessions');
export const endSignIn = (id: number) => send('DELETE', `/sessions/${id}`);
export const endOtherSignIns = () => send('DELETE', '/sessions');

// Spaces and their members.

export const mySpaces = () => all<MySpace>('/spaces');
export const space = (id: number) => get<SpaceDetail>(`/spaces/${id}`);
export const createSpace = async (name: string) => (await send<Space>('POST', '/spaces', { json: { name } })).data;
export const renameSpace = (id: number, name: string) => send('PUT', `/spaces/${id}`, { json: { 'new-name': name } });
export const deleteSpace = (id: number) => send('DELETE', `/spaces/${id}`);

export const members = (id: number) => all<Member>(`/spaces/${id}/members`);
export const addMember = (id: number, login: string) => send('POST', `/spaces/${id}/members`, { json: { login } });
export const removeMember = (id: number, user: number, endInvitations = false) =>
  send('DELETE', `/spaces/${id}/members/${user}${endInvitations ? '?end_invitations=true' : ''}`);
export const setAdmin = (id: number, user: number, isAdmin: boolean) =>
  send('PUT', `/spaces/${id}/members/${user}`, { json: { 'is-admin': isAdmin } });

// Links by which people get in.

export const offer = async (token: string) => (await send<Offer>('POST', '/invitations/offer', { json: { token } })).data;
export const acceptInvitation = (token: string) => send('POST', '/invitations/accept', { json: { token } });
export const invitations = (id: number) => all<Invitation>(`/spaces/${id}/invitations`);
export const invite = async (id: number, role: Role, uses: number) =>
  (await send<NewInvitation>('POST', `/spaces/${id}/invitations`, { json: { role, uses } })).data;
export const revokeInvitation = (id: number, invitation: number) => send('DELETE', `/spaces/${id}/invitations/${invitation}`);

// Shares and photos. A new share with its photo is sent by `upload.ts`, which shows how far it is.

export const shares = (id: number, limit: number, signal?: AbortSignal) =>
  piece<Share>(`/spaces/${id}/shares?limit=${limit}`, signal);
export const moreShares = (next: string) => piece<Share>(next);
export const share = (id: number) => get<Share>(`/shares/${id}`);
export const deleteShare = (id: number, keepalive = false) => send('DELETE', `/shares/${id}`, { keepalive });
export const editShare = (id: number, text: string) => {
  const form = new FormData();
  form.set('text', text);
  return send('PUT', `/shares/${id}`, { form });
};

export const photos = (id: number, limit = 60) => piece<Photo>(`/spaces/${id}/images?order=newest&limit=${limit}`);
export const morePhotos = (next: string) => piece<Photo>(next);
