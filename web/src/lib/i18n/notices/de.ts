// German, in notifications, and of what is shared from other apps.

import type { NoticeMessages } from './en';

export const de: NoticeMessages = {
  'notice.mention': '{name} hat dich in {space} erwähnt',
  'notice.comment': '{name} hat kommentiert, was du in {space} geteilt hast',
  'notice.reply': '{name} hat in {space} geantwortet',
  'notice.join': '{name} ist jetzt in {space}',
  'notice.new': 'Neu:',
  'notice.empty_title': 'Noch nichts.',
  'notice.empty': 'Wenn dich jemand erwähnt, kommentiert, was du geteilt hast, oder dir antwortet, findest du es hier.',
  'notice.more': 'Ältere Benachrichtigungen',

  'level.title': 'Benachrichtigungen aus diesem Raum',
  'level.legend': 'Benachrichtige mich über',
  'level.all': 'Alles',
  'level.mentions': 'Was mich betrifft',
  'level.none': 'Nichts',
  'level.all_hint': 'Du wirst über alles benachrichtigt, was andere in {space} teilen und sagen. Was jemand kurz nacheinander tut, ist eine Benachrichtigung.',
  'level.mentions_hint': 'Du wirst benachrichtigt, wenn dich jemand in {space} erwähnt, kommentiert, was du geteilt hast, oder dir antwortet.',
  'level.none_hint': 'Du wirst über nichts in {space} benachrichtigt, auch nicht unter Benachrichtigungen. Was neu ist, bleibt markiert.',
  'level.push': 'Auch auf meinen Geräten',
  'level.push_hint': 'Auf denen, wo du Benachrichtigungen eingeschaltet hast.',
  'level.email': 'Neues auch per E-Mail schicken',
  'level.email_hint': 'Braucht eine bestätigte Adresse. Die gibst du in deinem Konto an, und dort, wie oft Mails kommen.',
  'level.saved': 'Gespeichert',

  'push.title': 'Benachrichtigungen auf diesem Gerät',
  'push.on': 'Du bekommst auf diesem Gerät Benachrichtigungen.',
  'push.quiet': 'Zwischen {from} und {until} Uhr bleibt es still: Sie kommen danach.',
  'push.off': 'Du bekommst auf diesem Gerät noch keine Benachrichtigungen. Wenn du sie einschaltest, fragt der Browser, ob er darf.',
  'push.turn_on': 'Einschalten',
  'push.turn_off': 'Ausschalten',
  'push.denied': 'Dein Browser blockiert Benachrichtigungen dieser Seite. Erlaube sie in seinen Einstellungen für diese Seite, und lade sie dann neu.',
  'push.install': 'Füge die App auf dem iPhone oder iPad zuerst zum Home-Bildschirm hinzu: Tippe auf Teilen, dann auf „Zum Home-Bildschirm“, und öffne sie von dort.',
  'push.unsupported': 'Dieser Browser kann keine Benachrichtigungen bekommen, während die App geschlossen ist.',
  'push.insecure': 'Benachrichtigungen brauchen eine sichere Verbindung (HTTPS), die dieser Server nicht hat.',
  'push.unavailable': 'Dieser Server schickt keine Benachrichtigungen an Geräte.',
  'push.offer': 'Dich benachrichtigen, wenn jemand antwortet?',
  'push.is_on': 'Benachrichtigungen sind eingeschaltet.',
  'push.is_off': 'Benachrichtigungen sind auf diesem Gerät ausgeschaltet.',
  'push.failed': 'Benachrichtigungen konnten nicht eingeschaltet werden. Bitte versuche es später noch einmal.',

  'target.title': 'Teilen mit',
  'target.lost': {
    one: '{n} Datei ist nicht dabei: Auf diesem Gerät ist kein Platz mehr',
    other: '{n} Dateien sind nicht dabei: Auf diesem Gerät ist kein Platz mehr',
  },
  'target.files': { one: '{n} Datei', other: '{n} Dateien' },
  'target.busy': 'Was du vorher mit {space} geteilt hast, ist noch unterwegs. Dies bleibt hier: Wähle {space} noch einmal, sobald das gesendet ist, oder einen anderen Raum.',
  'target.empty_title': 'Es ist nichts angekommen.',
  'target.empty': 'Die App, aus der du geteilt hast, hat nichts Lesbares geschickt. Öffne einen Raum, und wähle die Fotos dort aus.',
};
