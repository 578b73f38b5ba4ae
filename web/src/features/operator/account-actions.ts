// What an operator may do with an account, so that nothing else is offered.

import type { Account } from '../../lib/api/operator';

export type AccountAction = 'reset_link' | 'sessions' | 'quota' | 'disable' | 'enable' | 'grant' | 'revoke' | 'remove';

/** What the operator with the id `me` is offered. They delete their own account where everybody does, and nobody locks themselves out. */
export function actionsOf({ id, disabled_at, is_operator }: Account, me: number): AccountAction[] {
  const right = is_operator ? 'revoke' : 'grant';
  if (id === me) return ['sessions', 'quota', right];
  return ['reset_link', 'sessions', 'quota', disabled_at === null ? 'disable' : 'enable', right, 'remove'];
}
