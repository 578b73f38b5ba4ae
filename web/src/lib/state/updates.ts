// Brings what is known up to date with what happens on the server. Loaded when it is known who is signed in.

import type { Api } from '../api/client';
import { isGone } from '../api/errors';
import type { Medium, Share } from '../api/types';
import type { I18n } from '../i18n/index.svelte';
import { all } from '../dom/events';
import type { Announcer } from './announcer.svelte';
import type { Composers } from './composers';
import type { Feeds } from './feed.svelte';
import type { Galleries } from './galleries';
import { Inbox } from './inbox.svelte';
import type { Live } from './live.svelte';
import { LostWords } from './lost-words';
import { isGoing, type News } from './news';
import type { People } from './people.svelte';
import { Push } from './push.svelte';
import type { Router } from './router.svelte';
import type { Session } from './session.svelte';
import { Soon } from './soon';
import type { OpenSpaces } from './space.svelte';
import type { Spaces } from './spaces.svelte';
import { Talk } from './talk.svelte';

/** What it needs from the app. */
interface Deps {
  api: Pick<Api, 'share'>;
  live: Pick<Live, 'on'>;
  session: Pick<Session, 'user' | 'unread' | 'hear' | 'recheck' | 'afterSignIn'>;
  router: Pick<Router, 'route'>;
  announcer: Announcer;
  people: Pick<People, 'hear'>;
  i18n: Pick<I18n, 't'>;
  spaces: Spaces;
  openSpaces: OpenSpaces;
  feeds: Feeds;
  composers: Pick<Composers, 'resume'>;
  galleries: Galleries;
  latest: Galleries;
  part: { (Kind: typeof Talk): Talk; (Kind: typeof Inbox): Inbox; (Kind: typeof Push): Push; (Kind: typeof LostWords): LostWords };
}

type Happened<K extends News['kind']> = Extract<News, { kind: K }>;

export class Updates {
  #spaces = new Soon(() => void this.deps.spaces.reload());
  #space = new Soon(() => void this.deps.openSpaces.current?.load());
  /** Shares that are read again, with how much has happened to them. */
  #reading = new Map<number, number>();

  constructor(private readonly deps: Deps) {}

  /** Runs until the returned function is called. */
  start(): () => void {
    const { live, session } = this.deps;
    this.deps.part(Push);
    this.deps.part(Talk);
    this.deps.part(LostWords);
    this.#resume();
    return all(live.on((news) => this.#take(news)), session.afterSignIn(() => this.#resume()), () => this.clear());
  }

  /** What was sent off before the page was reloaded goes on. */
  #resume = () => void (this.deps.session.user && this.deps.composers.resume());

  clear(): void {
    this.#spaces.end();
    this.#space.end();
    this.#reading.clear();
  }

  #take(news: News): void {
    if (!this.deps.session.user) return;
    this.deps.people.hear(news);
    for (const each of [this.deps.galleries, this.deps.latest]) each.hear(news);
    if (isGoing(news)) this.deps.part(Inbox).drop(news);
    switch (news.kind) {
      case 'anything':
        this.#spaces.ask();
        void this.deps.session.recheck();
        break;
      case 'read.changed':
        this.deps.spaces.hear(news.data);
        break;
      case 'me.changed':
        this.deps.session.hear(news.data);
        break;
      case 'notice.created':
        this.deps.part(Inbox).hear(news.data);
        break;
      case 'notices.read':
        this.deps.part(Inbox).read(news.data);
        break;
      case 'share.created':
        this.#shared(news);
        break;
      case 'share.edited':
        this.deps.feeds.of(news.data.space_id).replace(news.data);
        this.#spaces.ask();
        this.#ifPinned(news.data);
        break;
      case 'share.deleted':
        this.#deleted(news);
        break;
      case 'media.ready':
        this.#isReady(news);
        break;
      case 'comment.created':
      case 'comment.edited':
      case 'comment.deleted':
        this.#said(news);
        break;
      case 'reaction.changed':
        this.#reacted(news);
        break;
      case 'space.changed':
      case 'space.deleted':
      case 'member.joined':
      case 'member.changed':
      case 'member.left':
        this.#spaces.ask();
        if (this.deps.openSpaces.current?.id === news.data.space_id) this.#space.ask();
    }
  }

  #shared({ data: share }: Happened<'share.created'>): void {
    const { announcer, feeds, i18n, router, session } = this.deps;
    this.#spaces.ask();
    const isNew = feeds.of(share.space_id).hear(share);
    const { route } = router;
    const isHere = route.page === 'space' && route.id === share.space_id;
    if (!isNew || !isHere || share.user.id === session.user?.id) return;
    const text = share.text || i18n.t('share.photo');
    announcer.say(i18n.t('space.heard', { name: share.user.name, text }));
  }

  #isReady({ data: { space_id, share_id, ...medium } }: Happened<'media.ready'>): void {
    this.deps.feeds.of(space_id).update(share_id, (share) => withMedium(share, medium));
  }

  #deleted({ data: { space_id, id } }: Happened<'share.deleted'>): void {
    this.deps.feeds.of(space_id).remove(id);
    this.#spaces.ask();
    this.#ifPinned({ space_id, id });
  }

  /** What stands at the top of a space has changed with the share. */
  #ifPinned({ space_id, id }: { space_id: number; id: number }): void {
    const { current } = this.deps.openSpaces;
    if (current?.id === space_id && current.detail?.pinned.some((share) => share.id === id)) this.#space.ask();
  }

  #said(news: Happened<'comment.created' | 'comment.edited' | 'comment.deleted'>): void {
    const { space_id, share_id } = news.data;
    // What is unread there has changed.
    if (news.kind !== 'comment.edited') this.#spaces.ask();
    const event = news.kind === 'comment.deleted' ? { deleted: news.data.id } : { comment: news.data, isNew: news.kind === 'comment.created' };
    if (!this.deps.part(Talk).hear(share_id, event)) void this.#read(space_id, share_id);
  }

  #reacted({ data: { space_id, share_id, comment_id, reactions } }: Happened<'reaction.changed'>): void {
    if (this.deps.part(Talk).reacted(share_id, comment_id, reactions)) return;
    this.deps.feeds.of(space_id).update(share_id, (share) => {
      if (comment_id === null) return { ...share, reactions };
      const latest = share.comments.latest.map((each) => (each.id === comment_id ? { ...each, reactions } : each));
      return { ...share, comments: { ...share.comments, latest } };
    });
  }

  /** Reads a share again, and once more if something has happened to it meanwhile. */
  async #read(space: number, id: number): Promise<void> {
    const { api, feeds } = this.deps;
    const feed = feeds.of(space);
    if (![...feed.shares, ...feed.waiting].some((share) => share.id === id)) return;
    const before = this.#reading.get(id);
    this.#reading.set(id, (before ?? 0) + 1);
    if (before !== undefined) return;
    try {
      for (let asked = 0; asked !== this.#reading.get(id) && this.#reading.has(id); ) {
        asked = this.#reading.get(id) ?? 0;
        const share = await api.share(id);
        if (asked === this.#reading.get(id)) feed.replace(share);
      }
    } catch (error) {
      if (isGone(error)) feed.remove(id);
    } finally {
      this.#reading.delete(id);
    }
  }
}

/** A share whose photo has its previews by now. */
function withMedium(share: Share, { id, animated, height, placeholder, previews, width, ...rest }: Medium): Share {
  const image = { id, animated, height, placeholder, previews, width };
  return {
    ...share,
    media: share.media.map((each) => (each.id === id ? { ...rest, ...image } : each)),
    image: share.image?.id === id ? image : share.image,
  };
}
