// Three people in one space, one of them on a phone, who share, comment, react, edit, pin and read, in random order: while the
// server is killed, a line is lost, and one of them is removed.

import { expect } from './fixtures.ts';
import { en as noticeWords } from '../../web/src/lib/i18n/notices/en.ts';
import { en } from '../../web/src/lib/i18n/talk/en.ts';
import { answerOf, Listener, noticesOf, screenOf } from './circle-screens.ts';
import { type Person, words } from './people.ts';
import type { Server } from './server.ts';

/** How long all screens may take to agree. */
const SOON = 60_000;

interface Said {
  text: string;
  author: Person;
}

interface Share extends Said {
  /** Who has commented on it. */
  talkers: Set<Person>;
}

export class Circle {
  /** What has happened, in words. */
  readonly steps: string[] = [];
  #here: Person[] = [];
  #shares: Share[] = [];
  #texts = 0;
  /** The beginning of each notice that somebody should have, by person. */
  #told = new Map<Person, string[]>();
  /** What was said after somebody was removed. */
  #unheard: string[] = [];
  #removed: { person: Person; listener: Listener } | null = null;

  constructor(
    private readonly server: Server,
    /** The first one runs the space. */
    private readonly people: readonly [Person, Person, Person],
    private readonly random: () => number,
  ) {}

  async begin(): Promise<void> {
    const [first] = this.people;
    for (const person of this.people) {
      await person.page.goto('/app/register');
      await person.registers();
      if (person === first) await person.makesSpace('Family');
      else await this.#post(first, '/spaces/1/members', { login: person.login });
      await person.page.goto('/app/spaces/1');
      await expect(person.field('composer.prompt')).toBeVisible();
      this.#here.push(person);
      this.#told.set(person, []);
    }
    for (const person of this.people) {
      // From now on, the app starts without a connection too.
      await expect.poll(() => person.page.evaluate(() => navigator.serviceWorker.controller?.state ?? null), { timeout: SOON }).toBe('activated');
      await this.#share(person);
    }
  }

  /** One thing happens. */
  async step(): Promise<void> {
    const who = this.#pick(this.#here);
    const deeds = [
      () => this.#share(who),
      ...Array<() => Promise<string>>(4).fill(() => this.#comment(who, this.#pick(this.#shares))),
      ...Array<() => Promise<string>>(3).fill(() => this.#react(who, this.#pick(this.#shares))),
      () => this.#edit(who),
      () => this.#pin(),
      () => this.#read(who),
      () => this.#read(who),
    ];
    this.steps.push(await this.#pick(deeds)());
  }

  /** The server is killed while all of them say something, and starts again. */
  async restart(): Promise<void> {
    // Each about another share: who comes first is nobody's choice, and decides who is told.
    const first = this.#shares.indexOf(this.#pick(this.#shares));
    const said = this.#here.map((who, at) => ({ who, share: this.#shares[(first + at) % this.#shares.length] as Share, text: this.#next(who) }));
    for (const { who, share, text } of said) await this.#writes(who, share, text);
    await Promise.all([...said.map(({ who, share }) => this.#sends(who, share)), this.server.kill()]);
    await this.server.run();
    for (const { who, share, text } of said) {
      await expect(this.#words(who, share, text), this.#story()).toHaveCount(1, { timeout: SOON });
      this.#heard(who, share, text);
    }
    this.steps.push('the server was killed while all commented, and started again');
  }

  /** One of them has no line for a while, says something all the same, and loads the app again before it is back. */
  async lostLine(): Promise<void> {
    const [other, who] = this.people;
    const share = this.#pick(this.#shares);
    // Without a line, the app shows what it has read last.
    await this.#read(who);
    await this.#find(who, share);
    await who.page.context().setOffline(true);
    await expect(who.page.getByText(words('connection.lost'))).toBeVisible();
    const texts = [this.#next(who), this.#next(who)];
    for (const text of texts) {
      await this.#writes(who, share, text);
      await this.#sends(who, share);
      await expect(who.card(share.text).locator('.unsent .text').filter({ hasText: text })).toBeVisible();
    }
    this.steps.push(await this.#comment(other, this.#pick(this.#shares)), await this.#share(other));
    await who.page.reload();
    // Above the feed, if the share isn't among what is kept for when there is no line.
    await expect(who.page.locator('.unsent .text')).toHaveText(texts);
    await who.page.context().setOffline(false);
    for (const text of texts) {
      await expect(this.#words(who, share, text), this.#story()).toHaveCount(1, { timeout: SOON });
      this.#heard(who, share, text);
    }
    this.steps.push(`${who.login} had no line, said ${texts.join(' and ')} and reloaded`);
  }

  /** The last one is removed, and the others talk about it. */
  async remove(): Promise<void> {
    const [host, other, gone] = this.people;
    const listener = await Listener.of(this.server, gone);
    this.#removed = { person: gone, listener };
    const members = (await (await host.page.request.get(`${this.server.url}/spaces/1/members`)).json()) as { user: { id: number; login: string } }[];
    const id = members.find(({ user }) => user.login === gone.login)?.user.id;
    const removed = await host.page.request.delete(`${this.server.url}/spaces/1/members/${id}`, { headers: { Origin: this.server.origin } });
    expect(removed.ok(), await removed.text()).toBe(true);
    this.#here = [host, other];
    this.steps.push(`${gone.login} was removed`);
    const from = this.#texts;
    for (const who of this.#here) this.steps.push(await this.#share(who), await this.#comment(who, this.#pick(this.#shares)));
    this.#unheard = Array.from({ length: this.#texts - from }, (_, at) => `No. ${from + at + 1} of`);
  }

  /** All screens are as the server answers, each notice is there once, and who was removed has learnt nothing. */
  async agree(): Promise<void> {
    for (const person of this.#here) {
      // As it has come to be, without loading it again.
      await expect(async () => {
        expect(await screenOf(person.page), this.#story()).toEqual(await answerOf(this.server, person));
      }).toPass({ timeout: SOON });
      const told = (this.#told.get(person) ?? []).sort();
      await expect(async () => {
        expect(await noticesOf(this.server, person), this.#story()).toEqual(told);
      }).toPass({ timeout: SOON });
      await person.page.goto('/app/notices');
      await expect(person.page.getByRole('heading', { level: 1, name: words('nav.notices') })).toBeVisible();
      const older = person.page.getByRole('button', { name: noticeWords['notice.more'], exact: true });
      const excerpts = person.page.getByRole('list', { name: words('nav.notices') }).locator('.excerpt');
      await expect(async () => {
        if (await older.isVisible()) await older.click({ timeout: 2_000 });
        expect((await excerpts.allTextContents()).sort().filter((text) => told.includes(text)), this.#story()).toEqual(told);
      }).toPass({ timeout: SOON });
    }
    if (this.#removed) await this.#learntNothing(this.#removed);
  }

  async #learntNothing({ person, listener }: { person: Person; listener: Listener }): Promise<void> {
    await expect(person.text('space.left_title', { space: 'Family' })).toBeVisible();
    const kept = await person.page.evaluate(async () => {
      const answers: string[] = [JSON.stringify(localStorage), document.body.textContent ?? ''];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) if (!request.url.includes('/assets/')) answers.push((await (await cache.match(request))?.text()) ?? '');
      }
      return answers.join('\n');
    });
    const { page } = person;
    const told = await (await page.request.get(`${this.server.url}/notices?limit=500`)).text();
    for (const path of ['/spaces/1/shares', '/spaces/1', '/shares/1/comments']) expect((await page.request.get(this.server.url + path)).ok(), path).toBe(false);
    expect(listener.heard, 'the stream of the removed one has begun').toContain('id: ');
    for (const text of this.#unheard) for (const all of [kept, told, listener.heard]) expect(all, this.#story()).not.toContain(text);
    listener.end();
  }

  async #share(who: Person): Promise<string> {
    const text = this.#next(who);
    await who.writes(text);
    await who.shares();
    await expect(who.card(text)).toBeVisible({ timeout: SOON });
    this.#shares.push({ text, author: who, talkers: new Set() });
    return `${who.login} shared ${text}`;
  }

  async #comment(who: Person, share: Share): Promise<string> {
    const whom = this.random() < 0.3 ? this.#pick(this.#here) : null;
    const text = this.#next(who) + (whom ? ` @${whom.login}` : '');
    await this.#writes(who, share, text);
    await this.#sends(who, share);
    await expect(this.#words(who, share, text), this.#story()).toHaveCount(1, { timeout: SOON });
    this.#heard(who, share, text, whom);
    return `${who.login} commented on ${share.text}: ${text}`;
  }

  async #react(who: Person, share: Share): Promise<string> {
    const card = await this.#find(who, share);
    const bar = card.locator('.talk > .bar');
    const mine = bar.getByRole('button', { name: /^❤️/ }).and(card.locator('[aria-pressed=true]'));
    const isMine = (await mine.count()) > 0;
    await bar.getByRole('button', { name: /^❤️|^React with a heart$/ }).click();
    await expect(mine).toHaveCount(isMine ? 0 : 1);
    return `${who.login} ${isMine ? 'took the heart back from' : 'gave a heart to'} ${share.text}`;
  }

  async #edit(who: Person): Promise<string> {
    const share = this.#pick(this.#shares.filter(({ author }) => author === who));
    await this.#find(who, share);
    const before = share.text;
    await who.card(before).getByRole('button', { name: words('share.actions', { name: who.login }) }).click();
    await who.page.getByRole('menuitem', { name: words('share.edit') }).click();
    const text = this.#next(who);
    await who.field('share.text').fill(text);
    await who.button('share.save').click();
    await expect(who.card(text)).toBeVisible({ timeout: SOON });
    share.text = text;
    return `${who.login} made ${text} of ${before}`;
  }

  async #pin(): Promise<string> {
    const [host] = this.people;
    const share = this.#pick(this.#shares);
    const card = await this.#find(host, share);
    await card.getByRole('button', { name: words('share.actions', { name: share.author.login }) }).click();
    const pin = host.page.getByRole('menuitem', { name: en['pin.add'], exact: true });
    const unpin = host.page.getByRole('menuitem', { name: en['pin.remove'], exact: true });
    await expect(pin.or(unpin)).toBeVisible();
    const isPinned = await unpin.isVisible();
    const answered = host.page.waitForResponse((answer) => answer.url().endsWith('/pin'));
    await pin.or(unpin).click();
    await answered;
    return `${host.login} ${isPinned ? 'unpinned' : 'pinned'} ${share.text}`;
  }

  async #read(who: Person): Promise<string> {
    await who.page.goto('/app/notices');
    await expect(who.page.getByRole('heading', { level: 1, name: words('nav.notices') })).toBeVisible();
    await who.page.goto('/app/spaces/1');
    await expect(who.field('composer.prompt')).toBeVisible();
    return `${who.login} read the notices`;
  }

  /** Its card, once it is on somebody's screen as it is by now. */
  async #find(who: Person, share: Share) {
    const pill = who.page.getByRole('button', { name: /^\d+ new shares?$/ });
    await expect(async () => {
      // At the top, it may go by itself.
      if (await pill.isVisible()) await pill.click({ timeout: 2_000 });
      await who.page.getByRole('article').last().scrollIntoViewIfNeeded();
      await expect(who.card(share.text)).toBeVisible({ timeout: 1_000 });
    }, this.#story()).toPass({ timeout: SOON });
    return who.card(share.text);
  }

  async #writes(who: Person, share: Share, text: string): Promise<void> {
    const card = await this.#find(who, share);
    const open = card.getByRole('button', { name: en['comment.write'], exact: true });
    const field = card.getByLabel(en['comment.label']);
    await expect(open.or(field)).toBeVisible();
    if (await open.isVisible()) await open.click();
    await field.fill(text);
  }

  async #sends(who: Person, share: Share): Promise<void> {
    await who.card(share.text).getByRole('button', { name: en['comment.send'], exact: true }).click();
  }

  #words = (who: Person, share: Share, text: string) => who.card(share.text).locator('.comment .words').filter({ hasText: text });

  /** Whom a comment is told: whose share it is, who has talked there, and who is named. */
  #heard(who: Person, share: Share, text: string, whom: Person | null = null): void {
    const all = new Set([share.author, ...share.talkers, ...(whom ? [whom] : [])]);
    for (const person of all) if (person !== who && this.#here.includes(person)) this.#told.get(person)?.push(text);
    share.talkers.add(who);
  }

  async #post(who: Person, path: string, data: object): Promise<void> {
    const answer = await who.page.request.post(path, { data, headers: { Origin: this.server.origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  #next = (who: Person) => `No. ${(this.#texts += 1)} of ${who.login}.`;
  #story = () => ['After:', ...this.steps.slice(-12)].join('\n');
  #pick = <T>(all: readonly T[]): T => all[Math.floor(this.random() * all.length)] as T;
}
