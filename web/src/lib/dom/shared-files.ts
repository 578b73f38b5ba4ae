// What was shared to the app from elsewhere on the device, such as its gallery: the service worker keeps it until it is taken.

import { scoped } from './base';

/** Where it is kept. */
const SHARED = scoped('shared');
const TEXT = '/shared/text';
/** How many files there were. */
const COUNT = '/shared/count';

export interface Shared {
  text: string;
  files: File[];
  /** How many files more there were, for which the device had no space. */
  lost: number;
}

/** Keeps it, in the place of what was there before. Of files for which the device has no space, it is known how many they were. */
export async function keepShared({ text, files }: Omit<Shared, 'lost'>): Promise<void> {
  await caches.delete(SHARED);
  const cache = await caches.open(SHARED);
  await cache.put(TEXT, new Response(text));
  await cache.put(COUNT, new Response(String(files.length)));
  let kept = 0;
  for (const file of files) {
    const headers = { 'Content-Type': file.type || 'application/octet-stream', 'File-Name': encodeURIComponent(file.name) };
    try {
      await cache.put(`/shared/${kept}`, new Response(file, { headers }));
      kept += 1;
    } catch {
      // A smaller one may still fit.
    }
  }
}

/** What is kept; nothing, where the browser has lost it, or there was no service worker. */
export async function readShared(): Promise<Shared> {
  const shared: Shared = { text: '', files: [], lost: 0 };
  if (!('caches' in globalThis)) return shared;
  const cache = await caches.open(SHARED);
  shared.text = (await (await cache.match(TEXT))?.text()) ?? '';
  for (let at = 0; ; at += 1) {
    const kept = await cache.match(`/shared/${at}`);
    if (!kept) break;
    const blob = await kept.blob();
    shared.files.push(new File([blob], decodeURIComponent(kept.headers.get('File-Name') ?? ''), { type: blob.type }));
  }
  const count = Number(await (await cache.match(COUNT))?.text());
  shared.lost = Math.max(0, (count || 0) - shared.files.length);
  return shared;
}

export async function forgetShared(): Promise<void> {
  if ('caches' in globalThis) await caches.delete(SHARED);
}
