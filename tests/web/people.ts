// A person with a browser: what they do, by the words on the screen.

import { expect, type Page } from '@playwright/test';
import { join } from 'node:path';

import { en } from '../../web/src/lib/i18n/en.ts';

export const PASSWORD = 'correct horse';
export const pictures = join(import.meta.dirname, '../pictures');

type Key = keyof typeof en;

/** A file in memory. */
export interface PhotoFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A text of the app. */
export function words(key: Key, values: Record<string, string | number> = {}): string {
  const message: string | Record<string, string> = en[key];
  const form = typeof message === 'string' ? message : message[values['n'] === 1 ? 'one' : 'other'];
  return (form ?? '').replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

export class Person {
  constructor(
    readonly page: Page,
    readonly login: string,
  ) {}

  button(key: Key, values = {}) {
    return this.page.getByRole('button', { name: words(key, values), exact: true });
  }

  link(key: Key, values = {}) {
    return this.page.getByRole('link', { name: words(key, values), exact: true });
  }

  field(key: Key, values = {}) {
    return this.page.getByLabel(words(key, values), { exact: true });
  }

  text(key: Key, values = {}) {
    return this.page.getByText(words(key, values), { exact: true });
  }

  async chooses(menu: string, key: Key, values = {}): Promise<void> {
    await this.page.getByRole('button', { name: menu, exact: true }).click();
    await this.page.getByRole('menuitem', { name: words(key, values), exact: true }).click();
  }

  /** Creates an account on the page for that, and gets to the page with this heading. */
  async registers(heading = words('home.title')): Promise<void> {
    await this.field('door.login').fill(this.login);
    await this.field('door.password').fill(PASSWORD);
    await this.field('register.confirm').fill(PASSWORD);
    await this.button('register.submit').click();
    await expect(this.page.getByRole('heading', { name: heading, exact: true })).toBeVisible();
  }

  async signsIn(password = PASSWORD): Promise<void> {
    await this.field('door.login').fill(this.login);
    await this.field('door.password').fill(password);
    await this.button('door.sign_in').click();
  }

  async makesSpace(name: string): Promise<void> {
    await this.button('home.new').first().click();
    await this.field('home.new_name').fill(name);
    await this.button('home.create').click();
    await expect(this.page.getByRole('heading', { level: 1, name })).toBeVisible();
  }

  async writes(text: string): Promise<void> {
    await this.field('composer.prompt').fill(text);
  }

  /** Chooses a photo by the button that opens the file chooser. */
  async choosesPhoto(file: string | PhotoFile): Promise<void> {
    await this.choosesPhotos([file]);
  }

  /** Chooses several at once; they are added after those that are there. */
  async choosesPhotos(files: string[] | PhotoFile[] | (string | PhotoFile)[]): Promise<void> {
    const thumbs = this.page.locator('[data-medium]');
    const before = await thumbs.count();
    const chooser = this.page.waitForEvent('filechooser');
    const either = this.button('composer.add_photos').or(this.button('composer.more_photos'));
    await either.click();
    await (await chooser).setFiles(files as string[]);
    await expect(thumbs).toHaveCount(before + files.length);
  }

  async shares(): Promise<void> {
    await this.page.getByRole('button', { name: /^Share with / }).click();
  }

  /** The card of the share with this text. */
  card(text: string) {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  /** A space in the list at home. */
  row(name: string) {
    return this.page.getByRole('main').getByRole('link').filter({ hasText: name });
  }

  /** Waits until the photo of a share has been painted. */
  async seesPhotoOf(text: string): Promise<void> {
    const photo = this.card(text).getByRole('img').first();
    await photo.scrollIntoViewIfNeeded();
    await expect
      .poll(() => photo.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
      .toBeGreaterThan(0);
  }
}
