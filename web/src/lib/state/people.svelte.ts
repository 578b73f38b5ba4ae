// What people are called and look like by now. What was read of them earlier, with a share or a comment, says what they were called
// then; wherever they are shown, it is as the newest answer or event has them.

import { SvelteMap } from 'svelte/reactivity';

import type { User } from '../api/types';

export class People {
  #known = new SvelteMap<number, User>();
  /** When what is known of each was asked for, or heard. */
  #asOf = new Map<number, number>();
  #now = 0;
  /** What was asked for earlier, another user has asked for. */
  #begun = 0;

  /** A person as they are by now; as they were when this was read, if nothing newer is known. */
  of(user: User): User {
    return this.#known.get(user.id) ?? user;
  }

  /** A request begins; what this returns takes its answer. One that was asked for earlier than what is known is no news. */
  ask = (): ((answer: unknown) => void) => {
    const asked = ++this.#now;
    return (answer) => {
      if (asked > this.#begun) this.#look(answer, asked);
    };
  };

  /** Takes what has happened, which is as people are now. */
  hear(news: unknown): void {
    this.#look(news, ++this.#now);
  }

  clear(): void {
    this.#known.clear();
    this.#asOf.clear();
    this.#begun = this.#now;
  }

  /** Takes everybody who is somewhere in it. */
  #look(within: unknown, at: number): void {
    if (typeof within !== 'object' || within === null) return;
    if (isUser(within)) this.#take(within, at);
    else for (const each of Object.values(within)) this.#look(each, at);
  }

  #take({ id, login, name, avatar_url }: User, at: number): void {
    if (at < (this.#asOf.get(id) ?? 0)) return;
    this.#asOf.set(id, at);
    const known = this.#known.get(id);
    const isSame = known && known.login === login && known.name === name && known.avatar_url === avatar_url;
    if (!isSame) this.#known.set(id, { id, login, name, avatar_url });
  }
}

const isUser = (value: object): value is User => 'login' in value && 'name' in value && 'avatar_url' in value;
