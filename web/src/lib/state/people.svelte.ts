// What people are called and look like by now. What was read of them earlier, with a share or a comment, says what they were called
// then; wherever they are shown, it is as the newest answer or event has them.

import { SvelteMap } from 'svelte/reactivity';

import type { User } from '../api/types';

/** How new an answer or an event is: when it was asked for, as of when it counts among answers, and when it was heard. */
interface Moment {
  asked: number;
  as: number;
  heard: number;
}

export class People {
  #known = new SvelteMap<number, User>();
  /** When what is known of each was asked for, and when something was heard last. */
  #since = new Map<number, { asked: number; heard: number }>();
  #now = 0;
  /** What was asked for earlier, another user has asked for. */
  #begun = 0;

  /** A person as they are by now; as they were when this was read, if nothing newer is known. */
  of(user: User): User {
    return this.#known.get(user.id) ?? user;
  }

  /**
   * A request begins; what this returns takes its answer. One that was asked for earlier than what is known is no news. The answer to
   * a change is: whatever was asked for since may have been answered before it.
   */
  ask = (isChange = false): ((answer: unknown) => void) => {
    const asked = ++this.#now;
    return (answer) => {
      if (asked > this.#begun) this.#look(answer, { asked, as: isChange ? ++this.#now : asked, heard: 0 });
    };
  };

  /** Takes what has happened, which is as people are now. */
  hear(news: unknown): void {
    const now = ++this.#now;
    this.#look(news, { asked: now, as: now, heard: now });
  }

  clear(): void {
    this.#known.clear();
    this.#since.clear();
    this.#begun = this.#now;
  }

  /** Takes everybody who is somewhere in it. */
  #look(within: unknown, at: Moment): void {
    if (typeof within !== 'object' || within === null) return;
    if (isUser(within)) this.#take(within, at);
    else for (const each of Object.values(within)) this.#look(each, at);
  }

  #take({ id, login, name, avatar_url }: User, { asked, as, heard }: Moment): void {
    const since = this.#since.get(id) ?? { asked: 0, heard: 0 };
    if (asked < since.heard || as < since.asked) return;
    this.#since.set(id, { asked: as, heard: Math.max(heard, since.heard) });
    const known = this.#known.get(id);
    const isSame = known && known.login === login && known.name === name && known.avatar_url === avatar_url;
    if (!isSame) this.#known.set(id, { id, login, name, avatar_url });
  }
}

const isUser = (value: object): value is User => 'login' in value && 'name' in value && 'avatar_url' in value;
