// How the journeys run: the installed Chromium of Debian, with a server of their own.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../../target/journeys',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // What repeats another journey in another theme, at another width or in another store, takes its time: `scripts/journeys --long`.
  ...(process.env['LONG'] ? {} : { grepInvert: /@long/ }),
  timeout: 180_000,
  // On a machine that is busy with other work. What needed it is named as flaky at the end.
  retries: 1,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // What can't be tapped any more is said, rather than waited for until the end of the journey.
    actionTimeout: 60_000,
    // Recording costs more than some journeys; what has failed is recorded when it is tried again.
    trace: 'on-first-retry',
    // A journey that breaks the line on its own way isn't to be answered by what was kept. Those of the installed app allow it.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    },
  },
});
