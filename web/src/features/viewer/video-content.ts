// A video in the viewer: it plays where it is shown, and where this browser can't, it says so.

import type PhotoSwipe from 'photoswipe';

import type { ViewerItem } from './photoswipe-items';

/** So far above its lower edge, touching a video is for its controls and not for the next photo. */
const CONTROLS = 72;

/** Has videos played. `unplayable`: what is said of one that this browser doesn't show. */
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
  // Phones have few decoders: what isn't looked at gives its back.
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
    // Taking the address away is no failure.
    if (!video.hasAttribute('src')) return;
    words.hidden = false;
    video.hidden = true;
  };
  // Where a browser knows the sound and not the picture, it plays the sound and complains of nothing.
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
