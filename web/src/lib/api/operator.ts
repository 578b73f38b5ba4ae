// The endpoints of those who run the server. Loaded with their page.

import type { Api } from './client';
import type { components } from './schemas';
import type { Page } from './types';

type Schemas = components['schemas'];

/** An account, as an operator sees it. */
export type Account = Schemas['OperatorsAccount'];
/** Where somebody is signed in. */
export type AccountSession = Schemas['OperatorsSession'];
/** A link that is shown only once. */
export type SecretLink = Schemas['SecretLink'];
/** A space, as an operator sees it: who and how much, never what. */
export type OperatedSpace = Schemas['SpaceInTotal'];
export type OperatedSpaceDetail = Schemas['OperatedSpace'];
/** How the installation is doing. */
export type Status = Schemas['ServerStatus'];
/** What a check of the installation has found. */
export type Check = Schemas['CheckOutcome'];
/** Photos on their way, and those that didn't get there. */
export type PhotoQueue = Schemas['PhotoQueueState'];
export type Backups = Schemas['Backups'];
/** How a backup or its verification ended. */
export type Outcome = NonNullable<Backups['last_backup']>;
/** Something that an operator did. */
export type Deed = Schemas['LogLine'];

/** Bytes; 0 for none, whatever the settings say; null for that of the settings. */
export type Quota = number | null;

/** What changes of an account; what is missing stays. */
export interface AccountChange {
  disabled?: boolean;
  is_operator?: boolean;
  max_bytes?: Quota;
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
