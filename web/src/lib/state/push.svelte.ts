// Whether this device is told of what happens while the app is closed. Asked for when somebody wants it, and never before.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import { NoticesApi } from '../api/notices';
import { all } from '../dom/events';
import { onNotificationTap, pushSupport, runningServiceWorker, serviceWorker } from '../dom/installed';
import { read, write } from '../dom/storage';
import type { I18n } from '../i18n/index.svelte';
import { tell } from '../i18n/notices';
import type { Live } from './live.svelte';
import type { News } from './news';
import type { Router } from './router.svelte';
import type { Session } from './session.svelte';
import type { Toasts } from './toasts.svelte';

/** `unavailable`: the server sends none. */
export type PushState = NonNullable<ReturnType<typeof pushSupport>> | 'unavailable' | 'off' | 'on';

interface Deps {
  api: Pick<Api, 'request'>;
  live: Pick<Live, 'on'>;
  router: Pick<Router, 'go'>;
  session: Pick<Session, 'user' | 'onSignOut'>;
  toasts: Pick<Toasts, 'show'>;
  i18n: Pick<I18n, 'language' | 'locale'>;
}

/** How long one may think about the offer, in milliseconds. */
const OFFERED = 20_000;

export class Push {
  /** Null until it is known. */
  state = $state<PushState | null>(null);
  busy = $state(false);
  failed = $state(false);

  #api: NoticesApi;

  constructor(private readonly deps: Deps) {
    this.#api = new NoticesApi(deps.api);
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    if (this.#id !== null) void this.check();
    return all(
      this.deps.live.on((news) => this.#heard(news)),
      onNotificationTap((path) => this.deps.router.go(path)),
      this.deps.session.onSignOut(() => this.#leave()),
    );
  }

  clear(): void {
    this.state = null;
    this.failed = false;
  }

  /** The subscription of this browser that is the user's; null if there is none. */
  get #id(): number | null {
    const { user } = this.deps.session;
    return user && (Number(read(`push.${user.id}`)) || null);
  }

  #keep(id: number | null): void {
    const { user } = this.deps.session;
    if (user) write(`push.${user.id}`, id === null ? null : String(id));
  }

  /** Finds out how it is. Browsers end subscriptions silently, and forget to say that they have renewed them. */
  async check(): Promise<void> {
    const hindrance = pushSupport();
    if (hindrance) {
      this.state = hindrance;
      return;
    }
    try {
      const known = await (await serviceWorker())?.pushManager.getSubscription();
      if (known && this.#id !== null && Notification.permission === 'granted') {
        await this.#tell(known);
        this.state = 'on';
        return;
      }
      this.#keep(null);
      await this.#api.pushKey();
      this.state = 'off';
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.state = 'unavailable';
      else if (this.state !== 'unavailable') this.state = this.#id === null ? 'off' : 'on';
    }
  }

  /** To be called for a tap: some browsers ask only then. */
  async turnOn(): Promise<boolean> {
    this.busy = true;
    this.failed = false;
    try {
      if ((await Notification.requestPermission()) === 'granted') await this.#subscribe();
    } catch {
      this.failed = true;
    }
    this.busy = false;
    if (!this.failed) await this.check();
    return this.state === 'on';
  }

  async #subscribe(): Promise<void> {
    const [{ pushManager }, key] = await Promise.all([runningServiceWorker(), this.#api.pushKey()]);
    // One that was made for another server's key can't be used.
    await (await pushManager.getSubscription())?.unsubscribe();
    await this.#tell(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  }

  async #tell(subscription: PushSubscription): Promise<void> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const me = this.deps.session.user?.id;
    const id = await this.#api.subscribe({ ...subscription.toJSON(), language: this.deps.i18n.language, time_zone: timeZone });
    // It isn't the next user's.
    if (me === this.deps.session.user?.id) this.#keep(id);
  }

  async turnOff(): Promise<void> {
    this.busy = true;
    const id = this.#id;
    this.#keep(null);
    try {
      if (id !== null) await this.#api.unsubscribe(id);
    } catch {
      // The push service tells the server that the browser is gone.
    }
    try {
      await this.#unsubscribe();
    } catch {
      // The server doesn't send anything any more.
    }
    this.busy = false;
    await this.check();
  }

  async #unsubscribe(): Promise<void> {
    await (await (await serviceWorker())?.pushManager.getSubscription())?.unsubscribe();
  }

  /** Who has signed out here is told nothing more here, and nothing stays to be read. What the server had to send, it has forgotten with
  the session. */
  async #leave(): Promise<void> {
    const isOn = this.#id !== null;
    this.#keep(null);
    try {
      const worker = await serviceWorker();
      if (isOn) await this.#unsubscribe();
      for (const shown of (await worker?.getNotifications()) ?? []) shown.close();
    } catch {
      // What the browser refuses must not keep anybody signed in.
    }
  }

  /** After one's own first words, somebody may answer. */
  #heard({ kind, data }: News): void {
    const { user } = this.deps.session;
    const isMine = (kind === 'share.created' || kind === 'comment.created') && data.user.id === user?.id;
    if (!user || !isMine || document.visibilityState !== 'visible' || this.#id !== null) return;
    const place = `push.offered.${user.id}`;
    if (read(place) || pushSupport() || Notification.permission !== 'default') return;
    write(place, '1');
    // Not where the server sends none.
    this.#api.pushKey().then(() => this.#offer(), () => undefined);
  }

  #offer(): void {
    const { toasts, i18n } = this.deps;
    const accept = async () => toasts.show(tell(i18n, (await this.turnOn()) ? 'push.is_on' : 'push.is_off'));
    toasts.show(tell(i18n, 'push.offer'), { action: tell(i18n, 'push.turn_on'), onaction: () => void accept(), ms: OFFERED });
  }
}
