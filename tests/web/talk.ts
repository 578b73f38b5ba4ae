// Two and three people in one space, each with a browser of their own, do one random thing after another: they share, edit,
// delete, undo, go elsewhere and back, reload, lose the connection; users join and leave; the server restarts. After each
// step, every screen shows what the server has, in its order.

import { randomBytes } from 'node:crypto';

import type { Page } from '@playwright/test';

import { expect } from './fixtures.ts';
import { type Person, words } from './people.ts';
import { png } from './png.ts';
import type { Server } from './server.ts';

/** How long all screens may take to agree. */
const SOON = 60_000;

/** Pseudorandom numbers from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Row {
  text: string;
  image: object | null;
}

const seenOf = ({ text, image }: Row) => `${image ? '[photo] ' : ''}${text}`;

export class Talk {
  /** What has happened, in words. */
  steps: string[] = [];
  /** The members of the space. */
  #here: Person[];
  #texts = 0;

  constructor(
    private readonly server: Server,
    private readonly people: Person[],
    private readonly random: () => number,
  ) {
    this.#here = people.slice(0, 2);
  }

  /** The first creates the space, the second joins, and the others have accounts. */
  async begin(): Promise<void> {
    const [first, second] = this.people;
    for (const person of this.people) {
      await person.page.goto('/app/register');
      await person.registers();
      if (person === first) await person.makesSpace('Family');
    }
    if (second) await this.#add(second);
  }

  /** One thing happens, and all screens show the result. */
  async step(): Promise<void> {
    const deeds = [
      ...Array<() => Promise<string | null>>(6).fill(() => this.#share()),
      () => this.#shareAtOnce(),
      () => this.#shareAtOnce(),
      () => this.#sharePhoto(),
      () => this.#edit(),
      () => this.#edit(),
      () => this.#remove(),
      () => this.#remove(),
      () => this.#thinkAgain(),
      () => this.#goAndComeBack(),
      () => this.#reload(),
      () => this.#slowLine(),
      () => this.#offline(),
      () => this.#restart(),
      () => this.#joinOrLeave(),
    ];
    const done = await this.#pick(deeds)();
    if (done === null) return this.step();
    this.steps.push(done);
    await this.#agree();
  }

  async #share(): Promise<string> {
    const who = this.#someone();
    const text = await this.#writes(who);
    await who.shares();
    await expect(who.card(text)).toBeVisible({ timeout: SOON });
    return `${who.login} shared ${text}`;
  }

  async #shareAtOnce(): Promise<string> {
    const texts = await Promise.all(this.#here.map((who) => this.#writes(who)));
    await Promise.all(this.#here.map((who) => who.shares()));
    await Promise.all(this.#here.map((who, at) => expect(who.card(texts[at] ?? '')).toBeVisible({ timeout: SOON })));
    return `all shared at once: ${texts.join(', ')}`;
  }

  async #sharePhoto(): Promise<string> {
    const who = this.#someone();
    const text = await this.#writes(who);
    await who.choosesPhoto({ name: 'one.png', mimeType: 'image/png', buffer: png(60, randomBytes) });
    await who.shares();
    await who.seesPhotoOf(text);
    return `${who.login} shared a photo, ${text}`;
  }

  async #edit(): Promise<string | null> {
    const who = this.#someone();
    const old = await this.#mine(who);
    if (old === null) return null;
    await this.#act(who, old, 'share.edit');
    const text = `text ${++this.#texts} of ${who.login}, changed`;
    await who.field('share.text').fill(text);
    await who.button('share.save').click();
    await expect(who.card(text)).toBeVisible({ timeout: SOON });
    return `${who.login} changed ${old} into ${text}`;
  }

  async #remove(): Promise<string | null> {
    const who = this.#someone();
    const text = await this.#mine(who);
    if (text === null) return null;
    await this.#act(who, text, 'share.delete');
    await who.button('ui.dismiss').last().click();
    await expect.poll(() => this.#has(text), { timeout: SOON }).toBe(false);
    return `${who.login} deleted ${text}`;
  }

  async #thinkAgain(): Promise<string | null> {
    const who = this.#someone();
    const text = await this.#mine(who);
    if (text === null) return null;
    await this.#act(who, text, 'share.delete');
    await who.button('share.undo').last().click();
    await expect(who.card(text)).toBeVisible();
    return `${who.login} took ${text} away and thought again`;
  }

  async #goAndComeBack(): Promise<string> {
    const [who, other] = this.#two();
    await who.link('space.photos').first().click();
    await expect(who.page.getByRole('heading', { level: 1, name: words('space.photos') })).toBeVisible();
    const text = await this.#writes(other);
    await other.shares();
    await expect(other.card(text)).toBeVisible({ timeout: SOON });
    await who.page.goBack();
    return `${who.login} went to the photos and back, while ${other.login} shared ${text}`;
  }

  async #reload(): Promise<string> {
    const who = this.#someone();
    await who.page.reload();
    return `${who.login} reloaded the page`;
  }

  async #slowLine(): Promise<string> {
    const [who, other] = this.#two();
    const line = await who.page.context().newCDPSession(who.page);
    const at = (latency: number, bytes: number) =>
      line.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: bytes, uploadThroughput: bytes });
    await line.send('Network.enable');
    await at(600, 20_000);
    const texts = [await this.#writes(who), await this.#writes(other)];
    await Promise.all([who.shares(), other.shares()]);
    await expect(who.card(texts[0] ?? '')).toBeVisible({ timeout: SOON });
    await expect(other.card(texts[1] ?? '')).toBeVisible({ timeout: SOON });
    await at(0, -1);
    await line.detach();
    return `${who.login} on a slow line and ${other.login} shared ${texts.join(' and ')}`;
  }

  async #offline(): Promise<string> {
    const [who, other] = this.#two();
    await who.page.context().setOffline(true);
    const texts = [await this.#writes(who), await this.#writes(other)];
    await Promise.all([who.shares(), other.shares()]);
    await expect(other.card(texts[1] ?? '')).toBeVisible({ timeout: SOON });
    await expect(who.text('composer.waiting')).toBeVisible();
    await who.page.context().setOffline(false);
    await expect(who.card(texts[0] ?? '')).toBeVisible({ timeout: SOON });
    return `${who.login} shared ${texts[0]} without a line, while ${other.login} shared ${texts[1]}`;
  }

  async #restart(): Promise<string> {
    const [who, other] = this.#two();
    const texts = [await this.#writes(who), await this.#writes(other)];
    await Promise.all([who.shares(), other.shares(), this.server.kill()]);
    await this.server.run();
    await expect(who.card(texts[0] ?? '')).toHaveCount(1, { timeout: SOON });
    await expect(other.card(texts[1] ?? '')).toHaveCount(1, { timeout: SOON });
    return `the server restarted while ${who.login} and ${other.login} shared ${texts.join(' and ')}`;
  }

  async #joinOrLeave(): Promise<string | null> {
    const third = this.people[2];
    if (!third) return null;
    if (!this.#here.includes(third)) {
      await this.#add(third);
      return `${third.login} came in`;
    }
    await third.page.goto('/app/spaces/1/settings');
    await third.button('members.leave_short').click();
    await third.page.getByRole('dialog').getByRole('button', { name: words('members.leave_short') }).click();
    await expect(third.text('home.empty_title')).toBeVisible();
    this.#here = this.#here.filter((person) => person !== third);
    return `${third.login} left`;
  }

  async #add(person: Person): Promise<void> {
    const host = this.people[0]?.page as Page;
    const headers = { Origin: new URL(host.url()).origin };
    const answer = await host.request.post('/spaces/1/members', { data: { login: person.login }, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    await person.page.goto('/app/');
    await person.page.getByRole('main').getByRole('link', { name: /Family/ }).click();
    if (!this.#here.includes(person)) this.#here.push(person);
  }

  async #writes(who: Person): Promise<string> {
    const text = `text ${++this.#texts} of ${who.login}.`;
    await who.writes(text);
    return text;
  }

  async #act(who: Person, text: string, key: 'share.edit' | 'share.delete'): Promise<void> {
    await who.card(text).getByRole('button', { name: words('share.actions', { name: who.login }) }).click();
    await who.page.getByRole('menuitem', { name: words(key) }).click();
  }

  /** One of the user's own shares that are on their screen; null if there is none. */
  async #mine(who: Person): Promise<string | null> {
    const texts = (await this.#shown(who)).map((text) => text.replace('[photo] ', ''));
    const mine = texts.slice(0, 12).filter((text) => text.includes(` of ${who.login}`));
    return mine.length === 0 ? null : this.#pick(mine);
  }

  async #there(): Promise<string[]> {
    const answer = await (this.people[0]?.page as Page).request.get('/spaces/1/shares?limit=500');
    return ((await answer.json()) as Row[]).map(seenOf);
  }

  #has = async (text: string) => (await this.#there()).some((each) => each.endsWith(text));

  /** What is on a user's screen, from top to bottom, after new shares have been loaded. */
  async #shown({ page }: Person): Promise<string[]> {
    const pill = page.getByRole('button', { name: /^\d+ new shares?$/ });
    // At the top, it may go by itself.
  if (await pill.isVisible()) await pill.click({ timeout: 2_000 });
    return page.getByRole('article').evaluateAll((cards) =>
      cards.map((card) => (card.querySelector('.photo') ? '[photo] ' : '') + (card.querySelector('.text')?.textContent?.trim() ?? '')),
    );
  }

  /** All members see what the server has, in its order, as far as they have scrolled; nothing is missing. */
  async #agree(): Promise<void> {
    for (const person of this.#here) {
      await expect(async () => {
        const [there, shown] = [await this.#there(), await this.#shown(person)];
        const rest = there.length - shown.length;
        expect(shown, this.#story(person)).toEqual(there.slice(0, shown.length));
        if (rest > 0) expect(shown.length, this.#story(person)).toBeGreaterThanOrEqual(Math.min(12, there.length));
      }).toPass({ timeout: SOON });
    }
  }

  #story = ({ login }: Person) => [`${login} sees something else after:`, ...this.steps.slice(-12)].join('\n');

  #pick = <T>(all: T[]): T => all[Math.floor(this.random() * all.length)] as T;
  #someone = () => this.#pick(this.#here);

  #two(): [Person, Person] {
    const one = this.#someone();
    return [one, this.#pick(this.#here.filter((person) => person !== one))];
  }
}
