// What the first visit may cost. A build that exceeds it fails.

import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const LIMITS = { script: 80_000, style: 15_000 };

/** Measures what each page loads at once, compressed as the weakest browser gets it. */
export function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const page of Object.values(bundle)) {
          if (page.type !== 'chunk' || !page.isEntry) continue;
          const weights = { script: 0, style: 0 };
          const weigh = (file: string | undefined, kind: keyof typeof weights) => {
            const part = file === undefined ? undefined : bundle[file];
            if (part) weights[kind] += gzipSync(part.type === 'chunk' ? part.code : part.source).length;
          };
          for (const file of [page.fileName, ...page.imports]) {
            weigh(file, 'script');
            const part = bundle[file];
            if (part?.type !== 'chunk') continue;
            for (const style of part.viteMetadata?.importedCss ?? []) weigh(style, 'style');
          }
          for (const kind of ['script', 'style'] as const) {
            if (weights[kind] === 0) this.error(`${page.name} loads no ${kind} at first: this is weighed wrongly`);
            if (weights[kind] > LIMITS[kind]) {
              this.error(`${page.name} loads ${weights[kind]} bytes of ${kind} at first; ${LIMITS[kind]} are the most`);
            }
          }
        }
      },
    },
  };
}
