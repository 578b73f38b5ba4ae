// Light or dark: as the system says, or as was chosen here.

import { read, write } from '../dom/storage';

export type Choice = 'system' | 'light' | 'dark';

export class Theme {
  choice = $state<Choice>('system');

  start(): void {
    const kept = read('theme');
    this.#apply(kept === 'light' || kept === 'dark' ? kept : 'system');
  }

  choose(choice: Choice): void {
    write('theme', choice === 'system' ? null : choice);
    this.#apply(choice);
  }

  #apply(choice: Choice): void {
    this.choice = choice;
    if (choice === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = choice;
    const bars = document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]');
    for (const bar of bars) {
      bar.dataset['media'] ??= bar.media;
      const own = bar.dataset['media'].includes('dark') ? 'dark' : 'light';
      bar.media = choice === 'system' ? bar.dataset['media'] : choice === own ? 'all' : 'not all';
    }
  }
}
