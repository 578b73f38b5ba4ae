// Deutsch: Namen und Bilder, und was einem selbst gehört.

import type { FaceMessages } from './en';

export const de: FaceMessages = {
  'profile.title': 'Name und Bild',
  'profile.name': 'Name',
  'profile.name_hint': 'So sehen dich die anderen. Wenn du das Feld leer lässt, sehen sie deinen Anmeldenamen, {login}.',
  'profile.save': 'Namen speichern',
  'profile.saved': 'Gespeichert',

  'picture.title': 'Bild des Raums',
  'picture.choose': 'Bild auswählen',
  'picture.change': 'Bild ändern',
  'picture.remove': 'Bild entfernen',
  'picture.saved': 'Bild gespeichert',
  'picture.removed': 'Bild entfernt',
  'picture.unreadable': 'Dieser Browser kann die Datei nicht als Bild öffnen. Wähle eine andere, am besten JPEG oder PNG.',

  'crop.title': 'Ausschnitt wählen',
  'crop.area': 'Ausschnitt, der gezeigt wird',
  'crop.how': 'Zieh das Bild, um es zu verschieben. Mit der Tastatur: Pfeiltasten verschieben es, Plus und Minus zoomen.',
  'crop.zoom': 'Zoom',
  'crop.save': 'Bild verwenden',
  'crop.unseen': 'Dieser Browser kann dieses Foto nicht anzeigen. Du kannst es trotzdem verwenden: Gezeigt wird dann seine Mitte.',

  'mail.title': 'Nachrichten an dich',
  'mail.language': 'Sprache der Nachrichten',
  'mail.language_hint': 'Für das, was dir geschickt wird, während die App geschlossen ist. Automatisch: wie auf jedem deiner Geräte.',
  'mail.zone': 'Zeitzone',
  'mail.zone_hint': 'Für deine Ruhezeit, und für das, was morgens per E-Mail kommt. Automatisch: wie auf jedem deiner Geräte.',

  'quiet.title': 'Ruhezeit',
  'quiet.on': 'Jeden Tag',
  'quiet.off': 'Keine',
  'quiet.on_hint': 'In dieser Zeit kommen keine Benachrichtigungen auf deine Geräte. Was währenddessen passiert, kommt danach.',
  'quiet.off_hint': 'Benachrichtigungen kommen jederzeit auf deine Geräte, auch nachts.',
  'quiet.from': 'Von',
  'quiet.until': 'Bis',
  'quiet.save': 'Ruhezeit speichern',

  'own.title': 'Deine Daten',
  'own.export_text': 'Alles von dir in einer ZIP-Datei: was du geteilt und gesagt hast, und deine Fotos und Videos, wie du sie hochgeladen hast.',
  'own.export': 'Deine Daten herunterladen',
  'own.delete': 'Konto löschen',
  'own.delete_title': 'Dein Konto löschen?',
  'own.delete_text':
    'Alles, was du geteilt und gesagt hast, wird für alle gelöscht, auch deine Fotos und Videos und Räume, in denen du allein bist. Das lässt sich nicht rückgängig machen. Vielleicht möchtest du vorher deine Daten herunterladen.',
  'own.password': 'Dein Passwort',
  'own.password_missing': 'Gib dein Passwort ein.',
  'own.delete_short': 'Endgültig löschen',
  'own.deleted': 'Dein Konto wurde gelöscht.',
};
