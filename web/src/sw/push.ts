// Messages that the server sends while the app is closed: shown, one notification for each space, and opened by a tap.

import { base } from '../lib/dom/base';
import { type Client, type Extendable, type NotificationEvent, on, type PushEvent, type Scope, type SubscriptionChange } from './scope';

/** What the server sends, as browsers that show it by themselves take it. */
interface Message {
  notification: { title: string; body?: string; lang?: string; tag: string; navigate: string; data?: { space?: number } | null };
  app_badge?: string;
}

/** What a notification says, by the tag of each message that is in it, and where it leads. */
interface Shown {
  space: string;
  lines: [tag: string, line: string][];
  path: string;
}

/** A notification shows no more lines; the newest come first. */
const MAX_LINES = 4;
/** How long an open window may take to go where it is sent, in milliseconds. */
const TIMEOUT = 1_000;

export function listenToPushes(scope: Scope, icon: string): void {
  on<PushEvent>(scope, 'push', (event) => event.waitUntil(show(scope, event, icon)));
  on<NotificationEvent>(scope, 'notificationclick', (event) => event.waitUntil(open(scope, event.notification)));
  on<SubscriptionChange>(scope, 'pushsubscriptionchange', (event) => event.waitUntil(renew(scope, event)));
}

/** Some browsers end a subscription whose messages aren't shown, so that each is, whatever it says. */
async function show(scope: Scope, event: PushEvent, icon: string): Promise<void> {
  const message = read(event);
  const { title, body = '', lang = 'en', tag, navigate, data } = message.notification;
  const { pathname } = new URL(navigate, scope.location.href);
  const space = `space-${data?.space ?? tag}`;
  const before = (await scope.registration.getNotifications({ tag: space }))[0]?.data as Shown | undefined;
  const others = (before?.lines ?? []).filter(([known]) => known !== tag);
  const lines = [[tag, body] as [string, string], ...others].slice(0, MAX_LINES);
  // Of several things in a space, its page has all.
  const path = others.length > 0 && data?.space ? `${base}/app/spaces/${data.space}` : pathname;
  const shown: Shown = { space, lines, path };
  const text = lines.map(([, line]) => line).filter(Boolean).join('\n');
  const options = { body: text, lang, tag: space, icon, badge: icon, data: shown, renotify: true };
  await Promise.all([scope.registration.showNotification(title, options), badge(scope, message.app_badge)]);
}

function read(event: PushEvent): Message {
  try {
    const message = event.data?.json() as Message | undefined;
    if (message?.notification.title && message.notification.navigate) return message;
  } catch {
    // Of another version, maybe.
  }
  return { notification: { title: 'Shared Spaces', tag: 'unknown', navigate: `${base}/app/` } };
}

async function badge({ navigator }: Scope, count: string | undefined): Promise<void> {
  if (count === undefined || !('setAppBadge' in navigator)) return;
  await navigator.setAppBadge(Number(count) || 0).catch(() => undefined);
}

/** A window that is open goes there, with all that is written in it; else there is a new one. */
async function open(scope: Scope, notification: Notification): Promise<void> {
  notification.close();
  const path = (notification.data as Shown | null)?.path ?? `${base}/app/`;
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const own = windows.filter(({ url }) => new URL(url).pathname.startsWith(`${base}/app/`));
  const best = own.find(({ focused }) => focused) ?? own.find(({ visibilityState }) => visibilityState === 'visible') ?? own[0];
  if (!best) return void (await scope.clients.openWindow(path));
  await best.focus().catch(() => undefined);
  if (!(await goes(best, path))) await best.navigate(path).catch(() => scope.clients.openWindow(path));
}

/** Whether the page in a window goes there by itself. One that shows no page of a user doesn't answer. */
function goes(window: Client, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), TIMEOUT);
    window.postMessage({ kind: 'go', path }, [port2]);
  });
}

/** The browser has another address from now on. Where that can't be told now, the app does when it is opened. */
async function renew(scope: Scope, event: Extendable & SubscriptionChange): Promise<void> {
  const { oldSubscription, newSubscription } = event;
  const key = oldSubscription?.options.applicationServerKey;
  try {
    const fresh = newSubscription ?? (key ? await scope.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }) : null);
    if (!fresh) return;
    const body = JSON.stringify({
      ...fresh.toJSON(),
      language: scope.navigator.language,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    await fetch(`${base}/push-subscriptions`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, credentials: 'same-origin' });
  } catch {
    // Nobody is there to be told.
  }
}
