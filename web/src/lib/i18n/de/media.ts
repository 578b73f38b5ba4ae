// Deutsch, für ausgewählte Fotos: wie weit sie sind, und was zu jedem gesagt wird.

import type { media as english } from '../en/media';
import type { Forms } from '../messages';

export const media: { [K in keyof typeof english]: (typeof english)[K] extends string ? string : Forms } = {
  'upload.of': 'Hochladen von Foto {n} von {all}',
  'upload.progress': 'Wird hochgeladen: {done} von {all} fertig',
  'upload.arrived': 'Alles ist hochgeladen.',
  'upload.waiting': 'Das Hochladen wurde unterbrochen. Es geht von selbst weiter.',
  'upload.choose_again': 'Wähle {name} noch einmal aus, damit das Hochladen weitergeht.',
  'upload.film_dropped': 'Bewegtes Foto: Geteilt wird nur das Bild, ohne das kurze Video.',
  'upload.refused': 'Nicht alles konnte hochgeladen werden. Versuch es noch einmal oder entferne, was markiert ist.',
  'upload.held': 'Es wurde noch nichts gesendet, weil etwas fehlt, das du ausgewählt hast. Sende noch einmal, um es wegzulassen.',
  'upload.missing': 'Die Fotos, die du ausgewählt hattest, konnten nicht geladen werden. Ohne sie wird nichts gesendet. Versuche es noch einmal, oder lade die Seite neu.',
  'upload.missing_drop': 'Weglassen',
  'upload.unready': { one: '{n} Foto kann ohne Verbindung nicht hinzugefügt werden. Das geschieht, sobald du wieder online bist.', other: '{n} Fotos können ohne Verbindung nicht hinzugefügt werden. Das geschieht, sobald du wieder online bist.' },
  'upload.unready_drop': 'Nicht hinzufügen',

  'media.list': 'Fotos',
  'media.nth': 'Foto {n} von {all}',
  'media.remove': 'Foto {n} von {all} entfernen',
  'media.earlier': 'Foto {n} von {all} nach vorne schieben',
  'media.later': 'Foto {n} von {all} nach hinten schieben',
  'media.caption': 'Bildunterschrift',
  'media.taken': 'Aufgenommen am',
  'media.taken_of': 'Wann Foto {n} von {all} aufgenommen wurde',
  'composer.leave_dates': 'Nicht behalten, wann sie aufgenommen wurden',
  'media.caption_of': 'Bildunterschrift für Foto {n} von {all}',
};
