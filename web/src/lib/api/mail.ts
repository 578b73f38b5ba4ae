// The endpoint of where and how often mail comes. Loaded with the account.

import type { Api } from './client';
import type { Me } from './types';

/** What changes of it; without an address, no mail comes. */
export type MailChange = Partial<Pick<Me, 'email' | 'digest'>>;

export class MailApi {
  constructor(private readonly api: Pick<Api, 'request'>) {}

  change = async (json: MailChange) => (await this.api.request<Me>('PUT', '/me', { json })).data;
}
