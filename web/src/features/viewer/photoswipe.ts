// PhotoSwipe, as the viewer uses it: swipe, pinch, keys. Nothing else uses it.

import PhotoSwipe from 'photoswipe';

import { localPath } from '../../lib/api/local-path';
import type { Photo } from '../../lib/api/types';
import { ARROW, itemOf, roomAround } from './photoswipe-items';
import { addVideos } from './video-content';

interface Options {
  /** The photos as they are by now. */
  photos: () => readonly Photo[];
  /** Where the first one is. */
  index: number;
  /** What surrounds the photo. */
  bars: HTMLElement;
  words: { previous: string; next: string; gone: string; unplayable: string; altOf: (photo: Photo) => string };
  /** The element of the page that a photo comes out of and goes back into. */
  thumbOf: (photo: Photo) => HTMLElement | null;
  onchange: (index: number) => void;
  onzoom: (zoomed: boolean) => void;
  /** It begins to close. */
  onclose: () => void;
  /** It is gone from the page. */
  ondestroy: () => void;
}

export class PhotoSwipeViewer {
  #pswp: PhotoSwipe;

  constructor(private readonly options: Options) {
    const { index, words } = options;
    this.#pswp = new PhotoSwipe({
      index,
      loop: false,
      bgOpacity: 1,
      returnFocus: false,
      mainClass: 'night',
      arrowPrevTitle: words.previous,
      arrowNextTitle: words.next,
      arrowPrevSVG: ARROW,
      arrowNextSVG: ARROW,
      close: false,
      zoom: false,
      counter: false,
      errorMsg: words.gone,
      paddingFn: ({ y }) => roomAround(y),
    });
    this.#addPhotos();
    addVideos(this.#pswp, words.unplayable);
    this.#addEvents();
    this.#pswp.init();
    this.element?.setAttribute('aria-modal', 'true');
  }

  get element(): HTMLElement | undefined {
    return this.#pswp.element;
  }

  get index(): number {
    return this.#pswp.currIndex;
  }

  /** It is on its way out, or out. */
  get isClosing(): boolean {
    return this.#pswp.isDestroying === true;
  }

  toggleZoom(): void {
    this.#pswp.toggleZoom();
  }

  /** Shows what is at an index by now. */
  refresh(index: number): void {
    if (!this.isClosing) this.#pswp.refreshSlideContent(index);
  }

  /** Has photos taken out of those that it shows. `drop` gets the index of the one that is shown, and returns that of the one to be
  shown then; null if nothing has changed. */
  without(drop: (index: number) => { index: number; isSame: boolean } | null): void {
    if (this.isClosing) return;
    const pswp = this.#pswp;
    // On the way from one to another, it is there first.
    pswp.animations.stopMainScroll();
    pswp.mainScroll.moveTo(pswp.mainScroll.getCurrSlideX());
    pswp.mainScroll.updateCurrItem();
    const before = pswp.getNumItems();
    const place = drop(pswp.currIndex);
    if (!place) return;
    const { index, isSame } = place;
    pswp.currIndex = pswp.potentialIndex = index;
    // What was prepared is known by indexes of before.
    for (let at = 0; at < before; at += 1) pswp.contentLoader.removeByIndex(at);
    const slide = pswp.currSlide;
    if (slide) slide.index = index;
    if (slide && isSame) {
      slide.content.index = index;
      pswp.contentLoader.addToCache(slide.content);
    } else pswp.refreshSlideContent(index);
    for (const beside of [index - 1, index + 1]) pswp.refreshSlideContent(beside);
  }

  /** Closes it; on its way up it can't be turned round, and closes when it is there. */
  close(): void {
    if (this.isClosing) return;
    if (this.#pswp.opener.isOpen) this.#pswp.close();
    else this.#pswp.on('openingAnimationEnd', () => this.#pswp.close());
  }

  /** Removes it immediately. */
  destroy(): void {
    if (!this.isClosing) this.#pswp.destroy();
  }

  #addPhotos(): void {
    const { photos, thumbOf, words } = this.options;
    this.#pswp.addFilter('numItems', () => photos().length);
    this.#pswp.addFilter('itemData', (_, index) => {
      const photo = photos()[index];
      return photo ? itemOf(photo, words.altOf(photo)) : {};
    });
    this.#pswp.addFilter('thumbEl', (_, __, index) => {
      const photo = photos()[index];
      return (photo && thumbOf(photo)?.querySelector('img')) as HTMLElement;
    });
  }

  #addEvents(): void {
    const { bars, onchange, onclose, ondestroy } = this.options;
    this.#pswp.on('uiRegister', () => {
      this.#pswp.ui?.registerElement({ name: 'bars', appendTo: 'root', onInit: (element) => element.append(bars) });
    });
    this.#pswp.on('change', () => onchange(this.index));
    this.#pswp.on('zoomPanUpdate', ({ slide }) => {
      if (slide !== this.#pswp.currSlide) return;
      const zoomed = slide.currZoomLevel > slide.zoomLevels.fit * 1.05;
      this.options.onzoom(zoomed);
      const { element } = slide.content;
      if (zoomed && element instanceof HTMLImageElement) this.#sharpen(element);
    });
    this.#pswp.on('close', onclose);
    this.#pswp.on('destroy', ondestroy);
  }

  /** When zoomed in, the photo itself is shown; until it is loaded, the preview stays. */
  #sharpen(element: HTMLImageElement): void {
    const photo = this.options.photos()[this.index];
    const original = photo && localPath(photo.image_url);
    if (original && element.getAttribute('src') !== original) element.src = original;
  }
}
