// English, in conversations.

import type { Forms } from '../messages';

export const en = {
  'comment.write': 'Comment',
  'comment.label': 'Write a comment',
  'comment.send': 'Send',
  'comment.sending': 'Sending…',
  'comment.list': 'Comments',
  'comment.more': { one: '{n} more comment', other: '{n} more comments' },
  'comment.loading': 'Loading older comments',
  'comment.actions': 'Actions for {name}’s comment',
  'comment.edit': 'Edit',
  'comment.delete': 'Delete',
  'comment.deleted': 'Comment deleted',
  'comment.heard': '{name} commented: {text}',

  'outbox.waits': 'Waiting to be sent',
  'outbox.kept': 'It will be sent as soon as the server can be reached.',
  'outbox.elsewhere': 'Comments on shares that can’t be shown right now',
  'outbox.discard': 'Don’t send',
  'outbox.comment_refused': 'Your comment “{text}” couldn’t be sent. {reason}',
  'outbox.reaction_refused': 'Your reaction {emoji} couldn’t be sent. {reason}',
  'outbox.leave_title': 'Not everything has been sent',
  'outbox.leave': { one: '{n} comment or reaction waits to be sent. If you sign out now, it’s lost.', other: '{n} comments and reactions wait to be sent. If you sign out now, they’re lost.' },
  'outbox.leave_shares': { one: '{n} share or edit is still on its way. If you sign out now, it’s lost.', other: '{n} shares and edits are still on their way. If you sign out now, they’re lost.' },
  'outbox.leave_anyway': 'Sign out anyway',

  'lost.space': 'A space you were writing in has been deleted. You had written: {text}',
  'lost.edit': 'The share you were editing has been deleted. You had written: {text}',
  'lost.comment': 'The share you were commenting on has been deleted. You had written: {text}',
  'lost.comment_edit': 'The comment you were editing has been deleted. You had written: {text}',
  'lost.copy': 'Copy',
  'lost.copied': 'Copied',

  'mention.people': 'People to mention',
  'mention.found': { one: '{n} person. Use the arrow keys.', other: '{n} people. Use the arrow keys.' },

  'react.heart': 'React with a heart',
  'react.add': 'React',
  'react.list': 'Reactions',
  'react.chip': { one: '{emoji}, {n} person', other: '{emoji}, {n} people' },
  'react.chip_waits': { one: '{emoji}, {n} person, waiting to be sent', other: '{emoji}, {n} people, waiting to be sent' },
  'react.who': 'Who reacted',
  'react.recent': 'Recently used',
  'react.all': 'All emoji',
  'react.common': 'Common',
  'react.type': 'Or type an emoji',
  'react.use': 'Use',
  'react.group_0': 'Smileys',
  'react.group_1': 'People',
  'react.group_2': 'Animals and nature',
  'react.group_3': 'Food and drink',
  'react.group_4': 'Travel and places',
  'react.group_5': 'Activities',
  'react.group_6': 'Objects',
  'react.group_7': 'Symbols',

  'pin.add': 'Pin',
  'pin.remove': 'Unpin',
  'pin.added': 'Pinned to the top of {space}',
  'pin.removed': 'No longer pinned',
  'pin.list': { one: '{n} pinned share', other: '{n} pinned shares' },
  'pin.photo': { one: '{n} photo', other: '{n} photos' },
} as const;

export type TalkKey = keyof typeof en;
export type TalkMessages = { [K in TalkKey]: (typeof en)[K] extends string ? string : Forms };
