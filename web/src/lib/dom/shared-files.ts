// What was shared to the app from elsewhere on the device, such as its gallery: the service worker keeps it until it is taken.

import { scoped } from './base';

/** Where it is kept. */
const SHARED = scoped('shared');
const TEXT = '/shared/text';

export interface Shared {
  text: string;
  files: File[];
}

/** Keeps it, in the place of what was there before. */
export async function keepShared({ text, files }: Shared): Promise<void> {
  await caches.delete(SHARED);
  const cache = await caches.open(SHARED);
  await cache.put(TEXT, new Response(text));
  for (const [at, file] of files.entries()) {
    const headers = { 'Content-Type': file.type || 'application/octet-stream', 'File-Name': encodeURIComponent(file.name) };
    await cache.put(`/shared/${at}`, new Response(file, { headers }));
  }
}

/** What is kept; nothing, where the browser has lost it, or there was no service worker. */
export async function readShared(): Promise<Shared> {
  const shared: Shared = { text: '', files: [] };
  if (!('caches' in globalThis)) return shared;
  const cache = await caches.open(SHARED);
  shared.text = (await (await cache.match(TEXT))?.text()) ?? '';
  for (let at = 0; ; at += 1) {
    const kept = await cache.match(`/shared/${at}`);
    if (!kept) return shared;
    const blob = await kept.blob();
    shared.files.push(new File([blob], decodeURIComponent(kept.headers.get('File-Name') ?? ''), { type: blob.type }));
  }
}

export async function forgetShared(): Promise<void> {
  if ('caches' in globalThis) await caches.delete(SHARED);
}
