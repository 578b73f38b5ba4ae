// The address that mail for the user goes to, and how often what is new comes there.

import type { MailApi, MailChange } from '../api/mail';
import type { Me } from '../api/types';
import { Choosing } from '../forms/choosing.svelte';
import type { Session } from './session.svelte';

interface Deps {
  mail: MailApi;
  session: Pick<Session, 'user' | 'save'>;
  /** What to do when a choice is saved. */
  onkept: () => void;
}

/** `waiting`: one was given that has to be confirmed, and none counts yet; `unreachable`: and the mail with the link was refused.
`changing`: one was given, and the one before counts until it is confirmed. `refused`: the last mail to the one that counts was. */
export type AddressState = 'none' | 'waiting' | 'unreachable' | 'changing' | 'confirmed' | 'refused';

export class OwnMail {
  /** What is being written; null while it is as it was. */
  #written = $state<string | null>(null);
  readonly choosing = new Choosing<Pick<Me, 'digest'>>(async (chosen) => {
    await this.#change(chosen);
    this.deps.onkept();
  });

  constructor(private readonly deps: Deps) {}

  get #me(): Me | null {
    return this.deps.session.user;
  }

  get state(): AddressState {
    const { email, unconfirmed_email: unconfirmed, email_refused: refused } = this.#me ?? {};
    if (unconfirmed && email) return 'changing';
    if (unconfirmed) return refused ? 'unreachable' : 'waiting';
    if (!email) return 'none';
    return refused ? 'refused' : 'confirmed';
  }

  /** Whether there is one to confirm. */
  get waits(): boolean {
    return Boolean(this.#me?.unconfirmed_email);
  }

  /** The one that is used, or that is to be confirmed. */
  get address(): string {
    return this.#me?.unconfirmed_email ?? this.#me?.email ?? '';
  }

  get written(): string {
    return this.#written ?? this.address;
  }

  set written(text: string) {
    this.#written = text;
  }

  get digest(): Me['digest'] {
    return this.choosing.chosen.digest ?? this.#me?.digest ?? 'weekly';
  }

  /** Another address, which then has to be confirmed; or the same, which is sent the link again. */
  async save(): Promise<void> {
    const address = this.written.trim();
    await this.#change({ email: address === '' ? null : address });
    this.#written = null;
  }

  async remove(): Promise<void> {
    await this.#change({ email: null });
    this.#written = null;
  }

  async #change(change: MailChange): Promise<void> {
    await this.deps.session.save(this.deps.mail.change(change));
  }
}
