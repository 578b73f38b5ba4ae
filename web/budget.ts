// What the first visit may cost. A build that goes over it fails.

import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const LIMITS = { script: 80_000, style: 15_000 };

/** Weighs what the page loads at once, packed as the weakest browser gets it. */
export function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const weights = { script: 0, style: 0 };
        const weigh = (file: string | undefined, kind: keyof typeof weights) => {
          const part = file === undefined ? undefined : bundle[file];
          if (part) weights[kind] += gzipSync(part.type === 'chunk' ? part.code : part.source).length;
        };
        for (const part of Object.values(bundle)) {
          if (part.type !== 'chunk' || !part.isEntry) continue;
          for (const file of [part.fileName, ...part.imports]) weigh(file, 'script');
          for (const file of part.viteMetadata?.importedCss ?? []) weigh(file, 'style');
        }
        for (const kind of ['script', 'style'] as const) {
          if (weights[kind] === 0) this.error(`The first load has no ${kind}: this is weighed wrongly`);
          if (weights[kind] > LIMITS[kind]) {
            this.error(`The first load has ${weights[kind]} bytes of ${kind}, packed; ${LIMITS[kind]} are the most`);
          }
        }
      },
    },
  };
}
