// English, in notifications, and of what is shared from other apps.

import type { Forms } from '../messages';

export const en = {
  'notice.mention': '{name} mentioned you in {space}',
  'notice.comment': '{name} commented on what you shared in {space}',
  'notice.reply': '{name} replied in {space}',
  'notice.join': '{name} joined {space}',
  'notice.new': 'New:',
  'notice.empty_title': 'Nothing yet.',
  'notice.empty': 'When somebody mentions you, comments on what you shared or replies to you, you’ll find it here.',
  'notice.more': 'Older notifications',

  'level.title': 'Notifications from this space',
  'level.legend': 'Notify me about',
  'level.all': 'Everything',
  'level.mentions': 'What concerns me',
  'level.none': 'Nothing',
  'level.all_hint': 'You’re notified of everything that others share and say in {space}. Several things that one person does in a row are one notification.',
  'level.mentions_hint': 'You’re notified when somebody in {space} mentions you, comments on what you shared, or replies to you.',
  'level.none_hint': 'You aren’t notified of anything in {space}, and nothing from it appears under Notifications. What is new is still marked.',
  'level.push': 'Also notify me on my devices',
  'level.push_hint': 'On those where you have turned notifications on.',
  'level.email': 'Also send me what is new by email',
  'level.email_hint': 'Needs a confirmed address. You choose that, and how often mail comes, in your account.',
  'level.saved': 'Saved',

  'push.title': 'Notifications on this device',
  'push.on': 'You get notifications on this device.',
  'push.quiet': 'Between {from} and {until}, it stays quiet: they arrive afterwards.',
  'push.off': 'You don’t get notifications on this device yet. When you turn them on, your browser asks for your permission.',
  'push.turn_on': 'Turn on',
  'push.turn_off': 'Turn off',
  'push.denied': 'Your browser blocks notifications from this site. Allow them in the browser’s settings for this site, then reload this page.',
  'push.install': 'On an iPhone or iPad, add this app to the Home Screen first: tap Share, then Add to Home Screen, and open it from there.',
  'push.unsupported': 'This browser can’t receive notifications while the app is closed.',
  'push.insecure': 'Notifications need a secure connection (HTTPS), which this server doesn’t have.',
  'push.unavailable': 'This server doesn’t send notifications to devices.',
  'push.offer': 'Notify you when somebody replies?',
  'push.is_on': 'Notifications are on.',
  'push.is_off': 'Notifications are off on this device.',
  'push.failed': 'Notifications couldn’t be turned on. Please try again later.',

  'target.title': 'Share with',
  'target.lost': { one: '{n} file is missing: this device has no space left', other: '{n} files are missing: this device has no space left' },
  'target.files': { one: '{n} file', other: '{n} files' },
  'target.busy': 'What you shared with {space} before is still on its way. This stays here: choose {space} again once that has been sent, or another space.',
  'target.empty_title': 'Nothing came along.',
  'target.empty': 'The app you shared from sent nothing that could be read. Open a space and choose the photos there.',
} as const satisfies Record<string, string | Forms>;

export type NoticeKey = keyof typeof en;
export type NoticeMessages = { [K in NoticeKey]: (typeof en)[K] extends string ? string : Forms };
