// What a menu offers.

import type { Component } from 'svelte';

export interface MenuItem {
  label: string;
  icon?: Component<{ size?: number }>;
  /** A place to go; else `onselect` is done. */
  href?: string;
  onselect?: () => void;
  danger?: boolean;
}
