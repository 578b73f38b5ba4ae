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

  'mention.people': 'People to mention',
  'mention.found': { one: '{n} person. Use the arrow keys.', other: '{n} people. Use the arrow keys.' },

  'react.heart': 'React with a heart',
  'react.add': 'React',
  'react.list': 'Reactions',
  'react.chip': { one: '{emoji}, {n} person', other: '{emoji}, {n} people' },
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
