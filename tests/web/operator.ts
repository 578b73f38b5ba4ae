// What operators do on their page, by the words on the screen.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { en } from '../../web/src/lib/i18n/operator/en.ts';
import { expect, test as base } from './fixtures.ts';
import { type Person, words } from './people.ts';
import { Server } from './server.ts';

type Key = keyof typeof en;

/** A server that has a folder for backups. */
export const test = base.extend({
  server: async ({ basePath }, use, info) => {
    const folder = await mkdtemp(join(tmpdir(), 'shared-spaces-archives-'));
    const server = await Server.start({ SHARED_SPACES_BACKUP__DESTINATION: folder }, basePath);
    await use(server);
    await server.keepLog(info);
    await server.end();
    await rm(folder, { recursive: true, force: true });
  },
});

/** A text of the page. */
export function told(key: Key, values: Record<string, string | number> = {}): string {
  const message: string | { one: string; other: string } = en[key];
  const form = typeof message === 'string' ? message : message[values['n'] === 1 ? 'one' : 'other'];
  return form.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

type Section = 'people' | 'spaces' | 'storage' | 'photos' | 'backups' | 'health' | 'log';

export class Operating {
  constructor(private readonly person: Person) {}

  get page() {
    return this.person.page;
  }

  async opens(section: Section): Promise<void> {
    await this.link(section).click();
    await expect(this.page).toHaveTitle(new RegExp(`^(\\(\\d+\\) )?${told(`section.${section}`)} – `));
  }

  link(section: Section) {
    return this.page.getByRole('navigation', { name: told('sections') }).getByRole('link', { name: told(`section.${section}`), exact: true });
  }

  button(key: Key, values = {}) {
    return this.page.getByRole('button', { name: told(key, values), exact: true });
  }

  /** The row of a person or a space. */
  row(list: 'people' | 'spaces', name: string) {
    return this.page.getByRole('list', { name: told(`section.${list}`), exact: true }).getByRole('listitem').filter({ hasText: name });
  }

  async chooses(row: ReturnType<Operating['row']>, key: Key): Promise<void> {
    await row.locator('[aria-haspopup="menu"]').click();
    await this.page.getByRole('menuitem', { name: told(key), exact: true }).click();
  }

  get dialog() {
    return this.page.getByRole('dialog');
  }

  inDialog(key: Key, values = {}) {
    return this.dialog.getByRole('button', { name: told(key, values), exact: true });
  }

  /** The link that was just made, which is also there as a QR code. */
  async takesLink(): Promise<string> {
    await expect(this.dialog.getByRole('img', { name: words('invite.qr') })).toBeVisible();
    const link = await this.dialog.getByLabel(words('invite.link'), { exact: true }).inputValue();
    await this.closes();
    return link;
  }

  async closes(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await expect(this.dialog).toHaveCount(0);
  }
}

/** The first account of a server: its user runs it. */
export async function firstOperator(person: Person): Promise<Operating> {
  await person.page.goto('/app/register');
  await person.registers();
  await person.link('nav.operator').click();
  await expect(person.page.getByRole('heading', { level: 1, name: words('nav.operator') })).toBeVisible();
  return new Operating(person);
}

/** Comes with an invitation of an operator. */
export async function accepts(person: Person, link: string): Promise<void> {
  await person.page.goto(link);
  await person.registers();
}
