// What an operator may do with an account, so that nothing else is offered.

import type { Account } from '../../lib/api/operator';

export type AccountAction = 'reset_link' | 'sessions' | 'quota' | 'disable' | 'enable' | 'grant' | 'revoke' | 'remove';

/** What the operator with the id `me` is offered. Their own password, sessions and end are on their account page, as everybody's, and
nobody locks themselves out. */
export function actionsOf({ id, disabled_at, is_operator }: Account, me: number): AccountAction[] {
  const right = is_operator ? 'revoke' : 'grant';
  if (id === me) return ['quota', right];
  return ['reset_link', 'sessions', 'quota', disabled_at === null ? 'disable' : 'enable', right, 'remove'];
}
