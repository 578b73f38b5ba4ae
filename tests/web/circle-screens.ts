// What is on a screen, what the server answers to the one who sits before it, and what it sends by itself.

import type { Page } from '@playwright/test';

import type { Person } from './people.ts';
import type { Server } from './server.ts';

/** A space as somebody sees it. */
interface Seen {
  pinned: string[];
  shares: { text: string; edited: boolean; reactions: string[]; comments: string[] }[];
}

interface Share {
  id: number;
  text: string;
  edited_at: string | null;
  reactions: { emoji: string; count: number; mine: boolean }[];
}

const all = async <T>(server: Server, { page }: Person, path: string): Promise<T[]> => {
  const answer = await page.request.get(`${server.url}${path}${path.includes('?') ? '&' : '?'}limit=500`);
  if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
  return (await answer.json()) as T[];
};

/** As the server has it for a member. */
export async function answerOf(server: Server, person: Person): Promise<Seen> {
  const shares = await all<Share>(server, person, '/spaces/1/shares');
  const { pinned } = (await (await person.page.request.get(`${server.url}/spaces/1`)).json()) as { pinned: Share[] };
  const seen: Seen = { pinned: pinned.map(({ text }) => text), shares: [] };
  for (const { id, text, edited_at, reactions } of shares) {
    const comments = await all<{ text: string }>(server, person, `/shares/${id}/comments`);
    seen.shares.push({
      text,
      edited: edited_at !== null,
      reactions: reactions.map(({ emoji, count, mine }) => `${emoji} ${count}${mine ? ' with mine' : ''}`),
      comments: comments.map((each) => each.text),
    });
  }
  return seen;
}

/** As it is on the page of the space, with everything unfolded; of a long feed, some more each time. */
export async function screenOf(page: Page): Promise<Seen> {
  const pill = page.getByRole('button', { name: /^\d+ new shares?$/ });
  if (await pill.isVisible()) await pill.click({ timeout: 2_000 });
  // The feed goes on as one comes to its end.
  await page.getByRole('article').last().scrollIntoViewIfNeeded();
  for (const more = page.getByRole('button', { name: /^\d+ more comments?$/ }); (await more.count()) > 0; ) await more.first().click();
  return page.evaluate(() => {
    const textsOf = (scope: Element, selector: string) => [...scope.querySelectorAll(selector)].map((each) => each.textContent?.trim() ?? '');
    const shares = [...document.querySelectorAll('article')].map((card) => ({
      text: textsOf(card, '.content .text')[0] ?? '',
      edited: /\bedited\b/i.test(card.querySelector('header')?.textContent ?? ''),
      reactions: [...card.querySelectorAll('.talk > .bar .chip')].map((chip) => {
        const emoji = textsOf(chip, '.emoji')[0] ?? '';
        return `${emoji} ${(chip.textContent ?? '').replace(emoji, '').trim()}${chip.getAttribute('aria-pressed') === 'true' ? ' with mine' : ''}`;
      }),
      comments: textsOf(card, '.comment .words'),
    }));
    return { pinned: textsOf(document.body, '.pinned .text'), shares };
  });
}

/** The words of what somebody was told, of comments, in the order of the alphabet. */
export async function noticesOf(server: Server, person: Person): Promise<string[]> {
  const notices = await all<{ excerpt: string | null; comment_id: number | null }>(server, person, '/notices');
  return notices.flatMap(({ excerpt, comment_id }) => (excerpt !== null && comment_id !== null ? [excerpt] : [])).sort();
}

/** All that the server sends to somebody by itself, from now on. */
export class Listener {
  heard = '';
  #end = new AbortController();

  static async of(server: Server, { page }: Person): Promise<Listener> {
    const cookies = await page.context().cookies(server.url);
    const headers = { Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), Accept: 'text/event-stream' };
    const listener = new Listener();
    const answer = await fetch(`${server.url}/events`, { headers, signal: listener.#end.signal });
    if (!answer.ok || !answer.body) throw new Error(await answer.text());
    void listener.#read(answer.body);
    return listener;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of body) this.heard += decoder.decode(bytes, { stream: true });
    } catch {
      // Ended here, or with the server.
    }
  }

  end(): void {
    this.#end.abort();
  }
}
