// ZIPs as the browser has saved them.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { type Download, expect } from '@playwright/test';

const run = promisify(execFile);

/** The names of the files in a ZIP; checks each of them. */
export async function filesOf(download: Download): Promise<string[]> {
  const path = await download.path();
  const { stdout } = await run('unzip', ['-tq', path]);
  expect(stdout).toContain('No errors detected');
  const listed = await run('unzip', ['-Z1', path]);
  return listed.stdout.trim().split('\n');
}
