// What happens on the server, as it happens. What listens to it is loaded once it is known who is signed in.

import { ApiError } from '../api/errors';
import type { FromHub, StreamEvent } from '../api/events/messages';
import type { Link } from '../api/events/link';
import type { Connection } from './connection.svelte';
import type { News } from './news';
import type { Session } from './session.svelte';

/** The first answer comes while the page is still loading what it shows first. */
const FIRST_CHECK = 1_500;

export class Live {
  /** Changes arrive by themselves. Where they don't, what is shown has to be read from time to time. */
  works = $state(true);

  #listeners = new Set<(news: News) => void>();
  #link: Link | null = null;
  #hasBegun = false;

  constructor(
    private readonly connection: Pick<Connection, 'check' | 'observe' | 'onReconnect'>,
    private readonly session: Pick<Session, 'observe'>,
    private readonly load: () => Promise<{ link: (user: number, receive: (message: FromHub) => void) => Link }> = () =>
      import('../api/events/link'),
  ) {}

  /** Calls this with all that happens. Returns what ends that. */
  on(listen: (news: News) => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  /** Listens for a user, once something has ended, until the returned function is called. */
  open(user: number, until: Promise<unknown> = Promise.resolve()): () => void {
    let isOver = false;
    this.#hasBegun = false;
    const begin = async () => {
      try {
        const [{ link }] = await Promise.all([this.load(), until]);
        if (!isOver) this.#link ??= link(user, (message) => !isOver && this.#receive(message));
      } catch {
        // It couldn't be loaded: that is tried again when the server is back.
        this.works = false;
      }
    };
    void begin();
    const unlisten = this.connection.onReconnect(() => (this.#link ? this.#link.retry() : void begin()));
    return () => {
      isOver = true;
      unlisten();
      this.#link?.close();
      this.#link = null;
    };
  }

  #receive(message: FromHub): void {
    if (message.kind === 'open') this.#opened();
    if (message.kind === 'failed') this.#failed(message.refusal);
    if (message.kind !== 'event') return;
    this.#tell(newsOf(message.event));
  }

  #opened(): void {
    this.works = true;
    this.connection.observe(null);
    const delay = this.#hasBegun ? 0 : FIRST_CHECK;
    this.#hasBegun = true;
    setTimeout(() => this.#tell({ kind: 'anything' }), delay);
  }

  #failed({ status, sentence, code, retryAfter, params }: Omit<ApiError, 'name' | 'message' | 'unreachable'>): void {
    this.works = false;
    const error = new ApiError(status, sentence, code, retryAfter, params);
    this.session.observe(error);
    // Whether the server can be reached at all, another request tells: the stream alone may be kept back on its way.
    if (error.unreachable) void this.connection.check();
  }

  #tell(news: News): void {
    for (const listen of [...this.#listeners]) listen(news);
  }
}

/** What can't be read may be about anything. */
function newsOf({ kind, data }: StreamEvent): News {
  try {
    return { kind, data: JSON.parse(data) } as News;
  } catch {
    return { kind: 'anything' };
  }
}
