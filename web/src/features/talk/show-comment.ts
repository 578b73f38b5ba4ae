// Leads to one comment, however far back it is in its conversation: where a notice of it leads.

import { tick } from 'svelte';

import type { Share } from '../../lib/api/types';
import type { App } from '../../lib/state/app.svelte';
import { Talk } from '../../lib/state/talk.svelte';

/** How many pages of older comments are looked through. */
const MAX_PAGES = 25;
/** How often it is looked for on the page, once it is read: the conversation is loaded after its share. */
const MAX_FRAMES = 120;

/** Shows it, and has it read aloud, unless it is gone by now. */
export async function showComment(app: App, space: number, share: Share, id: number): Promise<void> {
  const conversation = app.part(Talk).of(share.id);
  conversation.take(space, share);
  const isKnown = () => conversation.comments.some((comment) => comment.id === id);
  for (let page = 0; page < MAX_PAGES && !isKnown() && conversation.older > 0 && !conversation.unread; page += 1) await conversation.more();
  for (let frame = 0; frame < MAX_FRAMES && isKnown(); frame += 1) {
    await tick();
    const row = document.getElementById(`comment-${id}`);
    if (row) {
      row.scrollIntoView({ block: 'center' });
      row.focus({ preventScroll: true });
      return;
    }
    await new Promise((next) => requestAnimationFrame(next));
  }
}
