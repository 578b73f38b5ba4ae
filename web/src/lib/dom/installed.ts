// What this browser can do beyond pages.

import { base } from './base';
import { on } from './events';

/** How long a worker may take to run, in milliseconds: it loads the app first, to be there without a connection. */
const TIMEOUT = 15_000;

/** The service worker of the app; null where there is none. */
export async function serviceWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!('serviceWorker' in navigator)) return null;
  return (await navigator.serviceWorker.getRegistration(`${base}/app/`)) ?? null;
}

/** The service worker once it runs. Fails if it doesn't within a while. */
export function runningServiceWorker(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no service worker')), TIMEOUT));
  return Promise.race([navigator.serviceWorker.ready, late]);
}

/** Calls this when a notification was tapped while the app is open, with the page that it leads to. Returns what ends that. */
export function onNotificationTap(go: (path: string) => void): () => void {
  if (!('serviceWorker' in navigator)) return () => undefined;
  return on(navigator.serviceWorker, 'message', (event) => {
    const { data, ports } = event as MessageEvent<{ kind: string; path: string }>;
    if (data.kind !== 'go') return;
    ports[0]?.postMessage('gone');
    go(data.path);
  });
}

/** Installs it, or looks whether there is a newer one. Only what was built has one. */
export function installServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(`${base}/app/sw.js`, { updateViaCache: 'none' }).catch(() => undefined);
}

/** Whether the app can be told of something while it is closed, as far as the browser is concerned; or why not. */
export function pushSupport(): 'insecure' | 'install' | 'unsupported' | 'denied' | null {
  if (!window.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator)) return 'unsupported';
  if (!('PushManager' in window) || !('Notification' in window)) return isOnApplePhone() && !isInstalled() ? 'install' : 'unsupported';
  return Notification.permission === 'denied' ? 'denied' : null;
}

const isInstalled = () => matchMedia('(display-mode: standalone)').matches;

/** Tablets say that they are computers, which have no touch screens. */
const isOnApplePhone = () => /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
