// When a user's devices stay quiet, as they are choosing it.

import type { ProfileApi } from '../api/profile';
import type { Me } from '../api/types';
import type { Session } from './session.svelte';

type Hours = NonNullable<Me['quiet_hours']>;

interface Deps {
  profile: Pick<ProfileApi, 'change'>;
  session: Pick<Session, 'user' | 'save'>;
}

/** Those that everybody begins with. */
const USUAL: Hours = { from: '22:00', until: '07:00' };

export class OwnQuietHours {
  /** What is being chosen; what isn't in it is as it was saved. */
  #written = $state.raw<Partial<Hours>>({});
  /** Whether there are any, until the server has it. */
  #chosen = $state<boolean | null>(null);
  /** Those that were turned off here, to be there when they are turned on again. */
  #before = USUAL;

  constructor(private readonly deps: Deps) {}

  get #saved(): Hours | null {
    return this.deps.session.user?.quiet_hours ?? null;
  }

  get on(): boolean {
    return this.#chosen ?? this.#saved !== null;
  }

  /** What is shown. Changed on another device, it follows, but for what is being chosen here. */
  get hours(): Hours {
    return { ...(this.#saved ?? this.#before), ...this.#written };
  }

  write(change: Partial<Hours>): void {
    this.#written = { ...this.#written, ...change };
  }

  async save(): Promise<void> {
    await this.#change(this.hours);
    this.#written = {};
  }

  /** Shown as chosen at once, and as it was before if that can't be saved. */
  async turn(on: boolean): Promise<void> {
    const before = this.#saved ?? this.#before;
    this.#chosen = on;
    try {
      await this.#change(on ? this.#before : null);
      this.#before = before;
      this.#written = {};
    } finally {
      this.#chosen = null;
    }
  }

  async #change(hours: Hours | null): Promise<void> {
    await this.deps.session.save(this.deps.profile.change({ quiet_hours: hours }));
  }
}
