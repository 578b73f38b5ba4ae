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

  /** Redirects a visitor without a session: to the first account, or to sign in and then to the page that they have opened. */
  redirect(needsFirstAccount: boolean): void {
    const { url } = this.router;
    if (needsFirstAccount && !this.#isAt('invitation', 'password-reset')) this.router.go(paths.register, { replace: true });
    else if (url === paths.home || withoutBase(url) === '/') this.#toSignIn('');
    else this.redirectBack();
  }

  /** Redirects a user whose session has ended: to sign in, and then to this page again. */
  redirectBack(): void {
    this.#toSignIn(`?to=${encodeURIComponent(this.router.url)}`);
  }

  #toSignIn(query: string): void {
    if (!this.isHere) this.router.go(paths.signIn + query, { replace: true });
  }

  #isAt(...pages: Route['page'][]): boolean {
    return pages.includes(this.router.route.page);
  }
}
