// One space with its members, shared by all its pages and the column next to them.

import { untrack } from 'svelte';

import type { Api } from '../api/client';
import type { Member, SpaceSummary, SpaceDetail } from '../api/types';
import { RequestOrder } from './request-order';
import type { Session } from './session.svelte';
import type { Spaces } from './spaces.svelte';

export class OpenSpace {
  detail = $state.raw<SpaceDetail | null>(null);
  /** In the order in which they joined; null until they have been read. */
  members = $state.raw<Member[] | null>(null);
  /** Why it can't be shown: it is gone, the user isn't a member, or there is no response. */
  error = $state.raw<unknown>(null);

  #turns = new RequestOrder();

  constructor(
    readonly id: number,
    private readonly api: Pick<Api, 'space' | 'members'>,
    private readonly session: Pick<Session, 'me'>,
    private readonly spaces: Pick<Spaces, 'find'>,
  ) {}

  /** The name, as soon as it is known from anywhere. */
  get name(): string {
    return this.detail?.name ?? this.#listed?.space.name ?? '';
  }

  /** The link to its picture, as the server has it; null if it has none, or if that isn't known. */
  get avatar_url(): string | null {
    return (this.detail ?? this.#listed?.space)?.avatar_url ?? null;
  }

  get isAdmin(): boolean {
    const mine = this.members?.find((member) => member.user.id === this.session.me.id) ?? this.detail ?? this.#listed;
    return mine?.is_admin ?? false;
  }

  /** How many are in it; null while that isn't known. */
  get people(): number | null {
    return this.members?.length ?? this.detail?.member_count ?? this.#listed?.member_count ?? null;
  }

  get #listed(): SpaceSummary | undefined {
    return this.spaces.find(this.id);
  }

  /** Reads it again. What is shown stays until the response arrives. */
  async load(): Promise<void> {
    const turn = this.#turns.begin();
    // Who loads it in an effect doesn't load it again because it was loaded.
    const kept = untrack(() => this.detail) ? 'write' : 'read';
    try {
      const [detail, members] = await Promise.all([this.api.space(this.id, kept), this.api.members(this.id, kept)]);
      if (!this.#turns.takes(turn)) return;
      this.detail = detail;
      this.members = members;
      this.error = null;
    } catch (error) {
      if (this.#turns.takes(turn)) this.error = error;
    }
  }
}

/** The space that one is in. */
export class OpenSpaces {
  #open: OpenSpace | null = null;

  constructor(
    private readonly api: Pick<Api, 'space' | 'members'>,
    private readonly session: Pick<Session, 'me'>,
    private readonly spaces: Pick<Spaces, 'find'>,
  ) {}

  /** The space with this id; the same object for all callers while the user stays in it. */
  of(id: number): OpenSpace {
    if (this.#open?.id !== id) this.#open = new OpenSpace(id, this.api, this.session, this.spaces);
    return this.#open;
  }

  /** The one that one is in, or was in last. */
  get current(): OpenSpace | null {
    return this.#open;
  }

  clear(): void {
    this.#open = null;
  }
}
