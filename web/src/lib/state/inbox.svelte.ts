// What one is told of: mentions, comments on what is one's own, replies, and who joins.

import type { Api } from '../api/client';
import { NoticesApi } from '../api/notices';
import type { Notice, Page } from '../api/types';
import type { I18n } from '../i18n/index.svelte';
import { tell } from '../i18n/notices';
import type { Announcer } from './announcer.svelte';
import type { News } from './news';
import type { People } from './people.svelte';
import { RequestOrder } from './request-order';
import type { Router } from './router.svelte';
import type { Session } from './session.svelte';
import { Soon } from './soon';

/** How many are read at once: at first, and at most. */
const [PAGE, MOST] = [30, 500];
/** Unread ones are counted no further. */
const MAX_COUNTED = 100;
/** So many that have come are remembered: one that is heard again comes soon after. */
const MAX_HEARD = 100;

interface Deps {
  api: Pick<Api, 'request'>;
  session: Pick<Session, 'user' | 'unread' | 'recheck'>;
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
  /** Those that have come last. They are in `rows` only once these have been read. */
  #heard: readonly number[] = [];
  #turns = new RequestOrder();
  #count = new Soon(() => void this.deps.session.recheck());

  constructor(private readonly deps: Deps) {
    this.api = new NoticesApi(deps.api);
  }

  start(): () => void {
    return () => this.#count.end();
  }

  clear(): void {
    this.#count.end();
    this.rows = [];
    this.ready = false;
    this.next = null;
    this.error = null;
    this.#fresh = new Set();
    this.#heard = [];
    this.#turns.changed();
  }

  isNew(notice: Notice): boolean {
    return !notice.is_read || this.#fresh.has(notice.id);
  }

  /** One comes to see them. */
  enter(): void {
    this.#fresh = new Set();
  }

  /** Reads them again as far down as they were read, and with `more` the next ones below. */
  async load({ more = false } = {}): Promise<void> {
    if (more && (this.next === null || this.loading)) return;
    this.loading = true;
    try {
      await (more ? this.#readMore() : this.#readNewest());
      this.error = null;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }

  /** Reads again while the answer may not know of what was heard meanwhile. */
  async #readNewest(): Promise<void> {
    for (;;) {
      const turn = this.#turns.begin();
      const page = await this.api.list(Math.min(MOST, Math.max(PAGE, this.rows.length)));
      if (!this.#turns.takes(turn)) continue;
      this.rows = this.#withOlder(page);
      if (this.rows.length === page.rows.length) this.next = page.next;
      this.ready = true;
      return;
    }
  }

  /** Reads the next ones, and again while something was heard meanwhile. */
  async #readMore(): Promise<void> {
    for (let { next } = this; next !== null; next = this.next) {
      const turn = this.#turns.begin();
      const page = await this.api.more(next);
      if (!this.#turns.takes(turn)) continue;
      this.rows = [...this.rows, ...page.rows.filter(({ id }) => this.rows.every((row) => row.id !== id))];
      this.next = page.next;
      return;
    }
  }

  /** The newest, with what was read below them before, if they reach down to that. */
  #withOlder({ rows, next }: Page<Notice>): readonly Notice[] {
    const last = rows.at(-1);
    const reaches = next !== null && last !== undefined && this.rows.some(({ id }) => id >= last.id);
    return reaches ? [...rows, ...this.rows.filter(({ id }) => id < last.id)] : rows;
  }

  /** Those of what is gone are gone too. How many of them were unread, the server says. */
  drop(news: News): void {
    this.#turns.changed();
    const me = this.deps.session.user?.id;
    this.rows = this.rows.filter((notice) => !goesWith(notice, news, me));
    if (this.deps.session.unread > 0) this.#count.ask();
  }

  /** One has come. */
  hear(notice: Notice): void {
    if (this.#heard.includes(notice.id) || this.rows.some(({ id }) => id === notice.id)) return;
    this.#heard = [...this.#heard, notice.id].slice(-MAX_HEARD);
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
    const me = this.deps.session.user?.id;
    // It is said again with the next visit, if it can't be now.
    if (!(await this.api.markRead(newest.id).then(() => true, () => false)) || me !== this.deps.session.user?.id) return;
    const isNewer = ({ id, is_read }: Notice) => id > newest.id && !is_read;
    this.read({ up_to: newest.id, unread_notices: this.rows.some(isNewer) ? this.deps.session.unread : 0 });
  }

  sentence({ kind, user, space }: Notice): string {
    return tell(this.deps.i18n, `notice.${kind}`, { name: this.deps.people.of(user).name, space: space.name });
  }
}

/** Whether a notice is gone with what has happened. */
function goesWith({ comment_id, kind: about, share_id, space, user }: Notice, { kind, data }: News, me: number | undefined): boolean {
  if (kind === 'share.deleted') return share_id === data.id;
  if (kind === 'comment.deleted') return comment_id === data.id;
  if (kind === 'space.deleted') return space.id === data.space_id;
  if (kind !== 'member.left' || space.id !== data.space_id) return false;
  return data.id === me || (about === 'join' && data.id === user.id);
}
