// The service worker, built with the names of all the files that it keeps.

import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { build, type Plugin } from 'vite';

/** What the app needs without a connection; what shows the description of the API isn't part of it. */
const KEPT = /^assets\/(?!docs-).+\.(js|css|svg|png)$/;

/** Puts it next to the page, as `app/sw.js`. */
export function serviceWorker(target: string[]): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const names = Object.keys(bundle).filter((name) => KEPT.test(name)).sort();
        const icon = names.find((name) => /icon-192/.test(name));
        if (icon === undefined) return this.error('the service worker has no icon');
        const page = bundle['index.html'];
        const hash = createHash('sha256').update(names.join()).update(page?.type === 'asset' ? page.source : '');
        const app = { name: hash.digest('hex').slice(0, 16), files: names.map((name) => `/${name}`), icon: `/${icon}` };
        const built = await build({
          configFile: false,
          logLevel: 'warn',
          root: import.meta.dirname,
          publicDir: false,
          // It isn't a module, but has an address from which to tell where the server is.
          define: { __APP__: JSON.stringify(app), 'import.meta.url': 'self.location.href' },
          build: {
            write: false,
            target,
            modulePreload: false,
            rollupOptions: { input: join(import.meta.dirname, 'src/sw/main.ts'), output: { format: 'iife' } },
          },
        });
        const [output] = Array.isArray(built) ? built : [built];
        const chunk = output && 'output' in output ? output.output[0] : undefined;
        if (chunk?.type !== 'chunk') return this.error('the service worker was not built');
        this.emitFile({ type: 'asset', fileName: 'app/sw.js', source: chunk.code });
      },
    },
  };
}
