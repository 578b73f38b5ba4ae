// English, of mail.

export const en = {
  'title': 'Email',
  'address': 'Email address',
  'save': 'Save address',
  'send_again': 'Send the link again',
  'remove': 'Remove address',
  'saved': 'A link is on its way to {address}. Follow it to confirm the address.',
  'kept': 'Saved',
  'removed': 'Address removed',
  'state.none': 'With an address, you can set a new password if you forget yours, and have what is new sent to you.',
  'state.waiting': 'Not confirmed yet: follow the link that was sent to {address}. It is valid for a day.',
  'state.unreachable': 'The mail server refused the mail with the link to {address}: {reason}. Look whether the address is right.',
  'state.changing': 'Not confirmed yet: follow the link that was sent to {address}. Until then, mail goes to {before}.',
  'state.confirmed': 'Confirmed.',
  'state.refused': 'The mail server refused the last mail to this address: {reason}. Nothing new is sent there until you confirm an address again.',
  'digest': 'What is new, by email',
  'digest.daily': 'Every morning',
  'digest.weekly': 'On Mondays',
  'digest.never': 'Never',
  'digest.hint': 'It comes after 7:00, whatever your quiet hours are, from the spaces for which you choose it in their settings. What you have read by then isn’t in it.',
} as const;

export type MailKey = keyof typeof en;
export type MailMessages = Record<MailKey, string>;
