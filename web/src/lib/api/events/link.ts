// A page's link to the stream of events: by the shared worker, or by a stream of its own.

import { all, on } from '../../dom/events';
import { accountHeader } from '../account';
import { Hub } from './hub';
import type { FromHub, FromPage } from './messages';

/** A page says so often that it is there. */
const SIGN_EVERY = 25_000;
/** A worker that hasn't answered for so long never will: its file may be gone after an upgrade of the server. */
const ANSWERS_WITHIN = 5_000;

export interface Link {
  /** The server can be reached again. */
  retry(): void;
  close(): void;
}

/** What holds the stream. */
interface Holder {
  send: (message: FromPage) => void;
  /** The stream is only this page's, which does without it while it isn't looked at. */
  isOwn: boolean;
  close: () => void;
}

/** Links to the events of a user; each message is passed on to `receive`. */
export function link(user: number, receive: (message: FromHub) => void): Link {
  let after: string | null = null;
  const take = (message: FromHub) => {
    if (message.kind === 'open') after = message.id ?? after;
    if (message.kind === 'event') after = message.event.id;
    receive(message);
  };
  const sign = (returned: boolean) => {
    const isSeen = document.visibilityState === 'visible';
    holder.send(isSeen || !holder.isOwn ? { kind: 'here', after, returned: isSeen && returned } : { kind: 'gone' });
  };
  const own = () => ownHolder(user, take);
  let holder = sharedHolder(user, take, () => {
    holder = own();
    sign(true);
  }) ?? own();
  sign(false);
  const timer = setInterval(() => sign(false), SIGN_EVERY);
  const unlisten = all(
    () => clearInterval(timer),
    on(document, 'visibilitychange', () => sign(true)),
    on(window, 'pageshow', () => sign(true)),
    on(window, 'pagehide', () => holder.send({ kind: 'gone' })),
  );
  return {
    retry: () => holder.send({ kind: 'retry' }),
    close: () => {
      unlisten();
      holder.send({ kind: 'gone' });
      holder.close();
    },
  };
}

function ownHolder(user: number, receive: (message: FromHub) => void): Holder {
  const hub = new Hub(accountHeader(user));
  const page = { postMessage: receive };
  return { send: (message) => hub.receive(page, message), isOwn: true, close: () => undefined };
}

/** Null where there are no shared workers; `onmissing` is called where this one doesn't work. */
function sharedHolder(user: number, receive: (message: FromHub) => void, onmissing: () => void): Holder | null {
  if (!('SharedWorker' in window)) return null;
  let isGone = false;
  const close = () => {
    isGone = true;
    clearTimeout(timer);
    worker.port.close();
  };
  const giveUp = () => {
    if (isGone) return;
    close();
    onmissing();
  };
  const timer = setTimeout(giveUp, ANSWERS_WITHIN);
  let worker: SharedWorker;
  try {
    worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: String(user) });
  } catch {
    // Browsers that are to keep nothing forbid it.
    clearTimeout(timer);
    return null;
  }
  worker.onerror = giveUp;
  worker.port.onmessage = ({ data }) => {
    if (isGone) return;
    clearTimeout(timer);
    receive(data as FromHub);
  };
  return { send: (message) => worker.port.postMessage(message), isOwn: false, close };
}
