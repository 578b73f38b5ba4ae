// The pages on which one signs in, and the ways there.

import { withoutBase } from '../dom/base';
import type { Router } from './router.svelte';
import { paths, type Route } from './routes';

export class Door {
  constructor(private readonly router: Pick<Router, 'url' | 'route' | 'go'>) {}

  /** Whether the current page is one of those for signing in already. */
  get isHere(): boolean {
    return this.#isAt('sign-in', 'register', 'invitation', 'password-reset');
  }

  /** Redirects who isn't signed in, or has to make the first account. */
  arrive(needsFirstAccount: boolean): void {
    const { router } = this;
    if (needsFirstAccount && !this.#isAt('invitation', 'password-reset')) router.go(paths.register, { replace: true });
    else if (!this.isHere) {
      const isStart = router.url === paths.home || withoutBase(router.url) === '/';
      router.go(paths.signIn + (isStart ? '' : `?to=${encodeURIComponent(router.url)}`), { replace: true });
    }
  }

  /** Redirects who has to sign in again, and back afterwards. */
  return(): void {
    if (!this.isHere) this.router.go(`${paths.signIn}?to=${encodeURIComponent(this.router.url)}`, { replace: true });
  }

  #isAt(...pages: Route['page'][]): boolean {
    return pages.includes(this.router.route.page);
  }
}
