// The endpoints of what one says of oneself, and of pictures. Loaded with the account and the settings of a space.

import type { Api } from './client';
import type { Me } from './types';

/** What changes; null undoes a choice. */
export type ProfileChange = Partial<{ [K in 'name' | 'language' | 'time_zone' | 'quiet_hours']: Me[K] | null }>;

export class ProfileApi {
  constructor(private readonly api: Pick<Api, 'request'>) {}

  change = async (json: ProfileChange) => (await this.api.request<Me>('PUT', '/me', { json })).data;
  setPicture = (file: Blob) => this.api.request('PUT', '/me/avatar', { file });
  removePicture = () => this.api.request('DELETE', '/me/avatar');
  setPictureOf = (space: number, file: Blob) => this.api.request('PUT', `/spaces/${space}/avatar`, { file });
  removePictureOf = (space: number) => this.api.request('DELETE', `/spaces/${space}/avatar`);
  deleteAccount = (password: string) => this.api.request('DELETE', '/me', { json: { password } });
}

/** What is a user's own, as one file. */
export const EXPORT = '/me/export';
