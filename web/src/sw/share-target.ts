// Photos and texts that are shared to the app from elsewhere on the device: kept for the page that asks where they are to go.

import { base } from '../lib/dom/base';
import { keepShared } from '../lib/dom/shared-files';
import { type FetchEvent, on, type Scope } from './scope';

/** Also in the manifest, and what the server answers while there is no worker. */
const TARGET = `${base}/app/share-target`;

export function takeWhatIsShared(scope: Scope): void {
  on<FetchEvent>(scope, 'fetch', (event) => {
    const { pathname, origin } = new URL(event.request.url);
    const isShared = event.request.method === 'POST' && pathname === TARGET && origin === scope.location.origin;
    if (isShared) event.respondWith(take(event.request));
  });
}

async function take(request: Request): Promise<Response> {
  try {
    const form = await request.formData();
    const texts = ['title', 'text', 'url'].map((name) => form.get(name)).filter((text) => typeof text === 'string' && text.trim() !== '');
    const files = form.getAll('files').filter((file) => file instanceof File);
    await keepShared({ text: [...new Set(texts)].join('\n'), files });
  } catch {
    // The page says that nothing has come along.
  }
  return Response.redirect(TARGET, 303);
}
