// Where the focus goes when the element that had it is removed, so that keyboard users don't lose their place.

/** Into a share's card. */
export function focusShare(id: number): void {
  document.getElementById(`by-${id}`)?.focus({ preventScroll: true });
}

/** Where it is lost, it goes to an element. */
export function focusIfLost(element: HTMLElement | null | undefined): void {
  if (document.activeElement === document.body) element?.focus({ preventScroll: true });
}

/** To be called before a row of a list goes; what it returns, once that is gone. Then the row that takes its place has the focus, on
what can be done with that, and where none is left, the heading above. */
export function passOn(row: HTMLElement | undefined): () => void {
  const heir = row?.nextElementSibling ?? row?.previousElementSibling;
  const around = row?.closest('article, main');
  return () => {
    const button = heir?.querySelector<HTMLElement>('[aria-haspopup="menu"]') ?? heir?.querySelector('button');
    focusIfLost(button ?? around?.querySelector<HTMLElement>('h2[tabindex], h1[tabindex]'));
  };
}

/** Users who can't see that the page is covered must not be able to move in it either. */
export function setInert(inert: boolean): void {
  const app = document.getElementById('app');
  if (app) app.inert = inert;
}
