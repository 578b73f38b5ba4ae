// The pages, and the column, that few see first. Each is loaded when it is needed for the first time, or ahead of time once there is time.

export const late = {
  account: () => import('./pages/Account.svelte'),
  invitation: () => import('./pages/Invitation.svelte'),
  members: () => import('./pages/Members.svelte'),
  notices: () => import('./pages/Notices.svelte'),
  passwordReset: () => import('./pages/PasswordReset.svelte'),
  shareTarget: () => import('./pages/ShareTarget.svelte'),
  register: () => import('./pages/Register.svelte'),
  rightColumn: () => import('./features/shell/RightColumn.svelte'),
  settings: () => import('./pages/Settings.svelte'),
};

/** That of the few who run the server. It shows nothing without a line, and so isn't loaded ahead of time. */
export const operatorPage = () => import('./pages/Operator.svelte');

/** Loads them ahead of time, so that they open without delay, and on a line that is lost by then. */
export function prepareLatePages(): void {
  for (const load of Object.values(late)) {
    // It is tried again when it is needed.
    load().catch(() => undefined);
  }
}
