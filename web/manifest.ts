// The icons and the web manifest, with hashed names like everything else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

const PAPER = '#faf5ee';
const FILES = [
  ...['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/heic', 'image/heif', 'video/mp4', 'video/quicktime', 'video/webm'],
  ...['.jpg', '.jpeg', '.png', '.webp', '.gif', '.heic', '.heif', '.mp4', '.mov', '.webm'],
];
const icons = [
  { file: 'icon-192.png', sizes: '192x192', purpose: 'any' },
  { file: 'icon-512.png', sizes: '512x512', purpose: 'any' },
  { file: 'maskable-512.png', sizes: '512x512', purpose: 'maskable' },
];

/** Puts the manifest next to the page and links it from there. */
export function manifest(): Plugin {
  let link = '';
  return {
    name: 'manifest',
    apply: 'build',
    generateBundle: {
      order: 'pre',
      handler() {
        const emit = (name: string, source: string | Uint8Array) =>
          this.getFileName(this.emitFile({ type: 'asset', name, source }));
        const sources = icons.map(({ file, sizes, purpose }) => {
          const src = emit(file, readFileSync(join(import.meta.dirname, 'src/icons', file)));
          // As the manifest has them, which is in the same folder.
          return { src: src.replace('assets/', ''), sizes, type: 'image/png', purpose };
        });
        const content = {
          name: 'Shared Spaces',
          short_name: 'Spaces',
          // Wherever on its host the server is.
          start_url: '../app/',
          scope: '../app/',
          display: 'standalone',
          // Some browsers lose files where only groups of types are named.
          share_target: {
            action: '../app/share-target',
            method: 'POST',
            enctype: 'multipart/form-data',
            params: { title: 'title', text: 'text', url: 'url', files: [{ name: 'files', accept: FILES }] },
          },
          background_color: PAPER,
          theme_color: PAPER,
          icons: sources,
        };
        link = `/${emit('app.webmanifest', JSON.stringify(content))}`;
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => (link ? [{ tag: 'link', attrs: { rel: 'manifest', href: link }, injectTo: 'head' }] : []),
    },
  };
}
