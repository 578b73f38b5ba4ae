// What may be done with a member, so that nothing else is offered.

import type { Member } from '../../lib/api/types';

export type MemberAction = 'make_admin' | 'unmake_admin' | 'remove' | 'step_down' | 'leave';

/** What the user with the id `me` may do with a member. A space keeps an admin, so the last one can't leave. */
export function actionsOf(member: Member, members: Member[], me: number): MemberAction[] {
  const iAmAdmin = members.some(({ user, is_admin }) => user.id === me && is_admin);
  const admins = members.filter(({ is_admin }) => is_admin).length;
  if (member.user.id === me) {
    if (!iAmAdmin) return ['leave'];
    return admins > 1 ? ['step_down', 'leave'] : [];
  }
  if (!iAmAdmin) return [];
  return [member.is_admin ? 'unmake_admin' : 'make_admin', 'remove'];
}
