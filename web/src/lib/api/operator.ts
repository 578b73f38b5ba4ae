// The endpoints of those who run the server. Loaded with their page.

import type { Api } from './client';
import type { Page } from './types';

/** An account, as an operator sees it. */
export interface Account {
  id: number;
  login: string;
  name: string;
  /** Null: they can sign in. */
  disabled_at: string | null;
  is_operator: boolean;
  spaces: number;
  used_bytes: number;
  max_bytes: number | null;
  /** Otherwise `max_bytes` is that of the settings. */
  has_own_quota: boolean;
}

/** What changes of an account; what is missing stays. */
export interface AccountChange {
  disabled?: boolean;
  is_operator?: boolean;
  max_bytes?: Quota;
}

/** Bytes; 0 for none, whatever the settings say; null for that of the settings. */
export type Quota = number | null;

/** Where somebody is signed in. */
export interface AccountSession {
  id: number;
  created_at: string;
  last_used_at: string;
  device: string | null;
}

/** A link that is shown only once. */
export interface SecretLink {
  url: string;
  /** The same as a picture (SVG). */
  qr: string;
  expires_at: string;
}

/** A space, as an operator sees it: who and how much, never what. */
export interface OperatedSpace {
  id: number;
  name: string;
  members: number;
  shares: number;
  used_bytes: number;
  max_bytes: number | null;
  has_own_quota: boolean;
}

export interface OperatedSpaceDetail extends Omit<OperatedSpace, 'members'> {
  created_at: string;
  members: { user: { id: number; login: string; name: string }; is_admin: boolean; joined_at: string }[];
  comments: number;
  photos: number;
  videos: number;
}

/** How the installation is doing. */
export interface Status {
  version: string;
  users: number;
  disabled_users: number;
  sessions: number;
  spaces: number;
  shares: number;
  comments: number;
  photos: number;
  videos: number;
  failed: number;
  deletions: number;
  failed_deletions: number;
  database_bytes: number | null;
  wal_bytes: number | null;
  free_bytes: number | null;
  stored_bytes: number;
  quota_bytes: number | null;
  has_room: boolean;
}

/** What a check of the installation has found, in the server's words. */
export interface Check {
  severity: 'ok' | 'warning' | 'error';
  message: string;
}

/** A photo that couldn't be moved to its space: as much as the queue knows of why. */
export interface FailedPhoto {
  photo: string;
  attempts: number | null;
  failed_at: string | null;
  error: string | null;
  sent_at: string | null;
}

/** Photos on their way, and those that didn't get there. */
export interface PhotoQueue {
  queued: number;
  oldest_queued_seconds: number | null;
  photos: FailedPhoto[];
  foreign: string[];
  /** How many more have failed than are listed. */
  remaining: number;
  without_previews: string[];
}

/** How a backup or its verification ended. */
export interface Outcome {
  at: string;
  succeeded: boolean;
  message: string;
}

export interface Backups {
  destination: string | null;
  interval_seconds: number | null;
  retain: number;
  running: 'backup' | 'verification' | null;
  next_at: string | null;
  last_backup: Outcome | null;
  last_verification: Outcome | null;
  /** The newest first. */
  archives: { name: string; made_at: string; is_damaged: boolean }[];
  /** Why the destination can't be listed. */
  unreadable: string | null;
}

/** Something that an operator did. */
export interface Deed {
  id: number;
  at: string;
  /** Null: the command line. */
  who: string | null;
  action: string;
  about: string | null;
  about_id: number | null;
  detail: string | null;
}

export class OperatorApi {
  constructor(private readonly api: Pick<Api, 'request'>) {}

  #get = async <T>(path: string): Promise<T> => (await this.api.request<T>('GET', `/operator/${path}`)).data;
  #post = async <T>(path: string, json?: unknown): Promise<T> => (await this.api.request<T>('POST', `/operator/${path}`, { json })).data;
  #put = async <T>(path: string, json: unknown): Promise<T> => (await this.api.request<T>('PUT', `/operator/${path}`, { json })).data;
  #delete = (path: string, json?: unknown) => this.api.request('DELETE', `/operator/${path}`, { json });

  async #page<T>(path: string): Promise<Page<T>> {
    const { data, next } = await this.api.request<T[]>('GET', path);
    return { rows: data, next };
  }

  accounts = (limit: number) => this.#page<Account>(`/operator/users?limit=${limit}`);
  moreAccounts = (next: string) => this.#page<Account>(next);
  changeAccount = (id: number, change: AccountChange) => this.#put<Account>(`users/${id}`, change);
  removeAccount = (id: number, password: string) => this.#delete(`users/${id}`, { password });
  resetLink = (id: number) => this.#post<SecretLink>(`users/${id}/password-reset`);
  sessions = (id: number) => this.#get<AccountSession[]>(`users/${id}/sessions?limit=500`);
  endSession = (id: number, session: number) => this.#delete(`users/${id}/sessions/${session}`);
  endSessions = (id: number) => this.#delete(`users/${id}/sessions`);
  invite = (uses: number, days: number) => this.#post<SecretLink>('invitations', { uses, days });

  spaces = (limit: number) => this.#page<OperatedSpace>(`/operator/spaces?limit=${limit}`);
  moreSpaces = (next: string) => this.#page<OperatedSpace>(next);
  space = (id: number) => this.#get<OperatedSpaceDetail>(`spaces/${id}`);
  changeSpace = (id: number, change: { max_bytes?: Quota; transfer_to?: string }) => this.#put<OperatedSpaceDetail>(`spaces/${id}`, change);
  removeSpace = (id: number, password: string) => this.#delete(`spaces/${id}`, { password });

  status = () => this.#get<Status>('status');
  checks = () => this.#get<Check[]>('checks');

  photos = () => this.#get<PhotoQueue>('photos');
  /** Of these photos, or of all that have failed, how many are tried again. */
  retryPhotos = async (photos?: string[]) => (await this.#post<{ retried: number }>('photos/retry', photos ? { photos } : {})).retried;

  backups = () => this.#get<Backups>('backups');
  backUp = () => this.#post<string>('backups');
  verifyBackup = () => this.#post<string>('backups/verify');

  log = (limit: number) => this.#page<Deed>(`/operator/log?limit=${limit}`);
  moreLog = (next: string) => this.#page<Deed>(next);
}
