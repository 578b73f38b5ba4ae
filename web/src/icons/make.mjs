// Draws the PNG icons from the SVGs beside this file. It needs Chromium: CHROMIUM, or /usr/bin/chromium.
//   node src/icons/make.mjs

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const here = fileURLToPath(new URL('.', import.meta.url));

// The full ones are cut into shape by the system that shows them.
const icons = [
  ['icon.svg', 'icon-192.png', 192],
  ['icon.svg', 'icon-512.png', 512],
  ['full.svg', 'maskable-512.png', 512],
  ['full.svg', 'apple-touch-icon.png', 180],
];

const folder = mkdtempSync(join(tmpdir(), 'icons-'));
try {
  for (const [source, target, size] of icons) {
    const page = join(folder, `${target}.html`);
    const image = pathToFileURL(join(here, source));
    writeFileSync(page, `<style>body{margin:0}img{display:block;width:${size}px}</style><img src="${image}">`);
    const { status, stderr } = spawnSync(chromium, [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--default-background-color=00000000',
      `--window-size=${size},${size}`,
      `--screenshot=${join(here, target)}`,
      pathToFileURL(page).href,
    ]);
    if (status !== 0) throw new Error(`${chromium} didn't draw ${target}: ${stderr}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
