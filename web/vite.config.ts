import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { ProxyOptions } from 'vite';
import { compression } from 'vite-plugin-compression2';
import { defineConfig } from 'vitest/config';

import { budget } from './budget.ts';
import { manifest } from './manifest.ts';
import { api } from './proxy.ts';
import { serviceWorker } from './service-worker.ts';

// During development, the API is a server that runs next to this one.
const server = process.env['SHARED_SPACES_SERVER'] ?? 'http://localhost:8000';
const proxy: Record<string, ProxyOptions> = { [api]: { target: server, changeOrigin: false } };

// The pages' own policy, so that violations show at once.
const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

// The oldest browsers that are served, as the README names them. What is newer in styles is written in the older way.
const BROWSERS = ['chrome111', 'edge111', 'firefox115', 'safari16.4', 'ios16.4'];

// But for pages, which take 1 to 3 KB: what scans for BREACH warns of any page that is compressed.
const TEXT = /\.(css|js|svg|txt|webmanifest)$/;

export default defineConfig({
  // The server sends what is compressed here, as the browser takes it: brotli and gzip, each as small as it gets.
  plugins: [
    svelte(),
    manifest(),
    budget(),
    serviceWorker(BROWSERS),
    compression({ algorithms: ['brotliCompress', 'gzip'], include: TEXT, threshold: 0 }),
  ],
  experimental: {
    // Files find each other from where they are: the server may be below a path of its host, which only it knows, and puts into pages.
    renderBuiltUrl: (filename, { hostType }) => (hostType === 'html' ? `/${filename}` : { relative: true }),
  },
  build: {
    target: BROWSERS,
    // The photo viewer, and pages that few open first, are loaded on demand. Nothing is put into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['index.html', 'docs.html'] },
  },
  server: { proxy },
  preview: { proxy, headers: { 'Content-Security-Policy': csp } },
  test: { include: ['tests/**/*.test.ts'] },
});
