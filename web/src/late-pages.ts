// The pages that few open first. Each is loaded when it is needed for the first time, or ahead of time once there is time.

export const late = {
  account: () => import('./pages/Account.svelte'),
  invitation: () => import('./pages/Invitation.svelte'),
  members: () => import('./pages/Members.svelte'),
  passwordReset: () => import('./pages/PasswordReset.svelte'),
  settings: () => import('./pages/Settings.svelte'),
};

/** Loads them ahead of time, so that they open without delay, and on a line that is lost by then. */
export function prepareLatePages(): void {
  for (const load of Object.values(late)) {
    // It is tried again when it is needed.
    load().catch(() => undefined);
  }
}
