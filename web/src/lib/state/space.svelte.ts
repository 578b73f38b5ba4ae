// One space with its members, shared by all its pages and the column next to them.

import type { Api } from '../api/client';
import type { Member, SpaceSummary, SpaceDetail } from '../api/types';
import type { Session } from './session.svelte';
import type { Spaces } from './spaces.svelte';

export class OpenSpace {
  detail = $state.raw<SpaceDetail | null>(null);
  /** In the order in which they joined; null until they have been read. */
  members = $state.raw<Member[] | null>(null);
  /** Why it can't be shown: it is gone, the user isn't a member, or there is no response. */
  error = $state.raw<unknown>(null);

  #asked = 0;

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
    const turn = ++this.#asked;
    try {
      const [detail, members] = await Promise.all([this.api.space(this.id), this.api.members(this.id)]);
      // Asked again meanwhile, the later answer is the newer one, though it may have come first.
      if (turn !== this.#asked) return;
      this.detail = detail;
      this.members = members;
      this.error = null;
    } catch (error) {
      if (turn === this.#asked) this.error = error;
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

  clear(): void {
    this.#open = null;
  }
}
