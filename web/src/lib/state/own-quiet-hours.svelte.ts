// When a user's devices stay quiet, as they are choosing it.

import type { ProfileApi } from '../api/profile';
import type { Me } from '../api/types';
import { Choosing } from '../forms/choosing.svelte';
import type { Session } from './session.svelte';

type Hours = NonNullable<Me['quiet_hours']>;

interface Deps {
  profile: Pick<ProfileApi, 'change'>;
  session: Pick<Session, 'user' | 'save'>;
  /** What to do when a choice is saved. */
  onkept: () => void;
}

/** Those that everybody begins with. */
const USUAL: Hours = { from: '22:00', until: '07:00' };

export class OwnQuietHours {
  /** What is being chosen; what isn't in it is as it was saved. */
  #written = $state.raw<Partial<Hours>>({});
  /** Whether there are any. */
  readonly turning = new Choosing<{ on: boolean }>(({ on }) => this.#turn(on === true));
  /** Those that were turned off here, to be there when they are turned on again. */
  #before = USUAL;

  constructor(private readonly deps: Deps) {}

  get #saved(): Hours | null {
    return this.deps.session.user?.quiet_hours ?? null;
  }

  get on(): boolean {
    return this.turning.chosen.on ?? this.#saved !== null;
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

  async #turn(on: boolean): Promise<void> {
    const before = this.#saved ?? this.#before;
    await this.#change(on ? this.#before : null);
    this.#before = before;
    this.#written = {};
    this.deps.onkept();
  }

  async #change(hours: Hours | null): Promise<void> {
    await this.deps.session.save(this.deps.profile.change({ quiet_hours: hours }));
  }
}
