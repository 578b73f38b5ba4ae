// Deutsch, in Gesprächen.

import type { TalkMessages } from './en';

export const de: TalkMessages = {
  'comment.write': 'Kommentieren',
  'comment.label': 'Kommentar schreiben',
  'comment.send': 'Senden',
  'comment.sending': 'Wird gesendet …',
  'comment.list': 'Kommentare',
  'comment.more': { one: '{n} weiterer Kommentar', other: '{n} weitere Kommentare' },
  'comment.loading': 'Ältere Kommentare werden geladen',
  'comment.actions': 'Aktionen für den Kommentar von {name}',
  'comment.edit': 'Bearbeiten',
  'comment.delete': 'Löschen',
  'comment.deleted': 'Kommentar gelöscht',
  'comment.heard': '{name} hat kommentiert: {text}',

  'mention.people': 'Leute zum Erwähnen',
  'mention.found': { one: '{n} Person. Wähle mit den Pfeiltasten.', other: '{n} Personen. Wähle mit den Pfeiltasten.' },

  'react.heart': 'Mit einem Herz reagieren',
  'react.add': 'Reagieren',
  'react.list': 'Reaktionen',
  'react.chip': { one: '{emoji}, {n} Person', other: '{emoji}, {n} Personen' },
  'react.who': 'Wer reagiert hat',
  'react.recent': 'Zuletzt benutzt',
  'react.all': 'Alle Emojis',
  'react.common': 'Häufige',
  'react.type': 'Oder gib ein Emoji ein',
  'react.use': 'Nehmen',
  'react.group_0': 'Smileys',
  'react.group_1': 'Menschen',
  'react.group_2': 'Tiere und Natur',
  'react.group_3': 'Essen und Trinken',
  'react.group_4': 'Reisen und Orte',
  'react.group_5': 'Aktivitäten',
  'react.group_6': 'Gegenstände',
  'react.group_7': 'Symbole',

  'pin.add': 'Anheften',
  'pin.remove': 'Nicht mehr anheften',
  'pin.added': 'Oben in {space} angeheftet',
  'pin.removed': 'Nicht mehr angeheftet',
  'pin.list': { one: '{n} angehefteter Beitrag', other: '{n} angeheftete Beiträge' },
  'pin.photo': { one: '{n} Foto', other: '{n} Fotos' },
};
