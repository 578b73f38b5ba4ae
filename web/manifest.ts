// The icons and the web manifest, with hashed names like everything else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

const PAPER = '#faf5ee';
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
          `/${this.getFileName(this.emitFile({ type: 'asset', name, source }))}`;
        const sources = icons.map(({ file, sizes, purpose }) => {
          const src = emit(file, readFileSync(join(import.meta.dirname, 'src/icons', file)));
          return { src, sizes, type: 'image/png', purpose };
        });
        const content = {
          name: 'Shared Spaces',
          short_name: 'Spaces',
          start_url: '/app/',
          scope: '/app/',
          display: 'standalone',
          background_color: PAPER,
          theme_color: PAPER,
          icons: sources,
        };
        link = emit('app.webmanifest', JSON.stringify(content));
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => (link ? [{ tag: 'link', attrs: { rel: 'manifest', href: link }, injectTo: 'head' }] : []),
    },
  };
}
