// What those who run the server see and do. Several may do so at once: what one wants to do, another may have done already, and the
// right to do it may be gone.

import { ApiError } from '../../api/errors';
import type { Api } from '../../api/client';
import { type Account, type Backups, type Check, type Deed, type OperatedSpace, OperatorApi, type PhotoQueue, type Status } from '../../api/operator';
import { all } from '../../dom/events';
import type { Session } from '../session.svelte';
import { Listing } from './listing.svelte';
import { Reading } from '../reading.svelte';

interface Deps {
  api: Pick<Api, 'request' | 'listen'>;
  session: Pick<Session, 'user' | 'recheck'>;
}

/** Something that can be read again. */
interface Readable {
  load: () => Promise<void>;
}

/** Refusals by which one learns that what is shown isn't so any more. */
const OUTDATED = [403, 404, 409];

export class Operator {
  readonly api: OperatorApi;
  readonly people: Listing<Account>;
  readonly spaces: Listing<OperatedSpace>;
  readonly log: Listing<Deed>;
  readonly status: Reading<Status>;
  readonly checks: Reading<Check[]>;
  readonly photos: Reading<PhotoQueue>;
  readonly backups: Reading<Backups>;

  constructor(private readonly deps: Deps) {
    const api = new OperatorApi(deps.api);
    this.api = api;
    this.people = new Listing({ first: api.accounts, more: api.moreAccounts });
    this.spaces = new Listing({ first: api.spaces, more: api.moreSpaces });
    this.log = new Listing({ first: api.log, more: api.moreLog });
    this.status = new Reading(api.status);
    this.checks = new Reading(api.checks, true);
    this.photos = new Reading(api.photos);
    this.backups = new Reading(api.backups);
  }

  /** Whether the user has the right, as far as is known. */
  get isAllowed(): boolean {
    return this.deps.session.user?.is_operator ?? false;
  }

  start(): () => void {
    return all(
      this.deps.api.listen((error) => {
        if (error?.code === 'not_an_operator') void this.deps.session.recheck();
      }),
      () => this.clear(),
    );
  }

  clear(): void {
    for (const each of [this.people, this.spaces, this.log, this.status, this.checks, this.photos, this.backups]) each.clear();
  }

  /** Does something, and reads again what it changes: also if it is refused because another operator was faster. */
  async act<T>(task: () => Promise<T>, shown: Readable): Promise<T> {
    let result: T;
    try {
      result = await task();
    } catch (error) {
      if (error instanceof ApiError && OUTDATED.includes(error.status)) await shown.load();
      throw error;
    }
    await shown.load();
    return result;
  }

  /** Of those that have been read, those whose login or name has this in it. */
  static matching(accounts: readonly Account[], query: string): readonly Account[] {
    const sought = folded(query.trim());
    return accounts.filter(({ login, name }) => folded(login).includes(sought) || folded(name).includes(sought));
  }
}

/** Without case and accents. */
const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
