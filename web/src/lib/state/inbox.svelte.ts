// What one is told of: mentions, comments on what is one's own, replies, and who joins.

import type { Api } from '../api/client';
import { NoticesApi } from '../api/notices';
import type { Notice } from '../api/types';
import type { I18n } from '../i18n/index.svelte';
import { tell } from '../i18n/notices';
import type { Announcer } from './announcer.svelte';
import type { People } from './people.svelte';
import { RequestOrder } from './request-order';
import type { Router } from './router.svelte';
import type { Session } from './session.svelte';

const PAGE = 30;
/** Unread ones are counted no further. */
const MAX_COUNTED = 100;

interface Deps {
  api: Pick<Api, 'request'>;
  session: Pick<Session, 'unread'>;
  router: Pick<Router, 'route'>;
  announcer: Pick<Announcer, 'say'>;
  people: Pick<People, 'of'>;
  i18n: Pick<I18n, 'language' | 'locale'>;
}

export class Inbox {
  /** The newest first. */
  rows = $state.raw<readonly Notice[]>([]);
  ready = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  next = $state.raw<string | null>(null);

  readonly api: NoticesApi;
  /** Those that were new when one came to see them: they are marked until one leaves. */
  #fresh = $state.raw<ReadonlySet<number>>(new Set());
  #turns = new RequestOrder();

  constructor(private readonly deps: Deps) {
    this.api = new NoticesApi(deps.api);
  }

  start(): () => void {
    return () => undefined;
  }

  clear(): void {
    this.rows = [];
    this.ready = false;
    this.next = null;
    this.error = null;
    this.#fresh = new Set();
    this.#turns.changed();
  }

  isNew(notice: Notice): boolean {
    return !notice.is_read || this.#fresh.has(notice.id);
  }

  /** One comes to see them. */
  enter(): void {
    this.#fresh = new Set();
  }

  /** Reads the newest again, and with `more` the next ones below. */
  async load({ more = false } = {}): Promise<void> {
    const { next } = this;
    if (more && (next === null || this.loading)) return;
    this.loading = true;
    const turn = this.#turns.begin();
    try {
      const page = more && next !== null ? await this.api.more(next) : await this.api.list(PAGE);
      if (!this.#turns.takes(turn)) return void (this.ready || this.load());
      const known = new Set(page.rows.map(({ id }) => id));
      this.rows = more ? [...this.rows, ...page.rows.filter(({ id }) => this.rows.every((row) => row.id !== id))] : this.#withOlder(page.rows, known);
      if (more || this.rows.length === page.rows.length) this.next = page.next;
      this.ready = true;
      this.error = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }

  /** The newest, with what was read below them before, if they reach down to that. */
  #withOlder(rows: readonly Notice[], known: ReadonlySet<number>): readonly Notice[] {
    const last = rows.at(-1);
    const reaches = last !== undefined && this.rows.some(({ id }) => id === last.id);
    return reaches ? [...rows, ...this.rows.filter(({ id }) => id < last.id && !known.has(id))] : rows;
  }

  /** One has come. */
  hear(notice: Notice): void {
    if (this.rows.some(({ id }) => id === notice.id)) return;
    this.#turns.changed();
    if (!notice.is_read) this.deps.session.unread = Math.min(MAX_COUNTED, this.deps.session.unread + 1);
    if (this.ready) this.rows = [notice, ...this.rows].sort((one, other) => other.id - one.id);
    // Where its space is shown, it is heard as what it is.
    const { page } = this.deps.router.route;
    if (page !== 'space' && page !== 'share') this.deps.announcer.say(this.sentence(notice));
  }

  /** They were read up to one of them, on whichever device. */
  read({ up_to, unread_notices }: { up_to: number; unread_notices: number }): void {
    this.#turns.changed();
    this.deps.session.unread = unread_notices;
    const isRead = ({ id, is_read }: Notice) => is_read || id <= up_to;
    const fresh = this.rows.filter((row) => !row.is_read && isRead(row)).map(({ id }) => id);
    this.#fresh = new Set([...this.#fresh, ...fresh]);
    this.rows = this.rows.map((row) => (row.is_read === isRead(row) ? row : { ...row, is_read: true }));
  }

  /** The newest was seen, and so were all. */
  async markRead(): Promise<void> {
    const [newest] = this.rows;
    if (!newest || (this.deps.session.unread === 0 && newest.is_read)) return;
    // It is said again with the next visit, if it can't be now.
    await this.api.markRead(newest.id).then(
      () => this.read({ up_to: newest.id, unread_notices: this.rows.some((row) => row.id > newest.id && !row.is_read) ? this.deps.session.unread : 0 }),
      () => undefined,
    );
  }

  sentence({ kind, user, space }: Notice): string {
    return tell(this.deps.i18n, `notice.${kind}`, { name: this.deps.people.of(user).name, space: space.name });
  }
}
