// A video in the viewer: it plays where it is shown, and where this browser can't, it says so.

import type PhotoSwipe from 'photoswipe';

import type { ViewerItem } from './photoswipe-items';

/** So far above its lower edge, touching a video is for its controls and not for the next photo. */
const CONTROLS = 72;

/** Plays videos. `unplayable`: the message for one that this browser can't show. */
export function addVideos(pswp: PhotoSwipe, unplayable: string): void {
  pswp.on('contentLoad', (event) => {
    const { content } = event;
    const item = videoOf(content.data);
    if (!item) return;
    event.preventDefault();
    content.element ??= element(item, unplayable);
    content.onLoaded();
  });
  pswp.on('contentActivate', ({ content }) => {
    const item = videoOf(content.data);
    if (item) load(content.element, item);
  });
  // Phones have few decoders: a video that isn't shown releases its own.
  pswp.on('contentDeactivate', ({ content }) => unload(content.element));
  pswp.on('contentDestroy', ({ content }) => unload(content.element));
  pswp.on('destroy', () => unload(pswp.element));
  pswp.on('pointerDown', (event) => {
    const { target, clientY } = event.originalEvent;
    if (!(target instanceof HTMLVideoElement)) return;
    if (clientY > target.getBoundingClientRect().bottom - CONTROLS) event.preventDefault();
  });
}

function videoOf(data: unknown): ViewerItem | null {
  const item = data as Partial<ViewerItem>;
  return item.type === 'video' ? (item as ViewerItem) : null;
}

function element(item: ViewerItem, unplayable: string): HTMLDivElement {
  const frame = document.createElement('div');
  frame.className = 'video';
  const video = document.createElement('video');
  Object.assign(video, { controls: true, playsInline: true, preload: 'metadata', poster: item.poster ?? '' });
  video.setAttribute('aria-label', item.alt);
  const words = document.createElement('p');
  words.textContent = unplayable;
  words.hidden = true;
  const refuse = () => {
    // Removing the address isn't a failure.
    if (!video.hasAttribute('src')) return;
    if (item.original !== null && video.getAttribute('src') !== item.original) {
      video.src = item.original;
      return;
    }
    words.hidden = false;
    video.hidden = true;
  };
  // A browser that supports the sound and not the picture plays the sound and reports no error.
  video.addEventListener('loadedmetadata', () => video.videoWidth === 0 && refuse());
  video.addEventListener('error', refuse);
  frame.append(video, words);
  return frame;
}

function load(frame: HTMLElement | undefined, { src }: ViewerItem): void {
  const video = frame?.querySelector('video');
  if (video && !video.hasAttribute('src')) video.src = src;
}

function unload(frame: HTMLElement | undefined): void {
  for (const video of frame?.querySelectorAll('video') ?? []) {
    video.pause();
    video.removeAttribute('src');
    video.load();
  }
}
