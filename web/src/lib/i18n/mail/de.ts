// German, of mail.

import type { MailMessages } from './en';

export const de: MailMessages = {
  'title': 'E-Mail',
  'address': 'E-Mail-Adresse',
  'save': 'Adresse speichern',
  'send_again': 'Link noch einmal schicken',
  'remove': 'Adresse entfernen',
  'saved': 'Ein Link ist an {address} unterwegs. Folge ihm, um die Adresse zu bestätigen.',
  'kept': 'Gespeichert',
  'removed': 'Adresse entfernt',
  'state.none': 'Mit einer Adresse kannst du ein neues Passwort festlegen, wenn du deines vergisst, und dir Neues schicken lassen.',
  'state.waiting': 'Noch nicht bestätigt: Folge dem Link, der an {address} ging. Er gilt einen Tag.',
  'state.unreachable': 'Der Mailserver hat die Mail mit dem Link an {address} abgelehnt: {reason}. Sieh nach, ob die Adresse stimmt.',
  'state.changing': 'Noch nicht bestätigt: Folge dem Link, der an {address} ging. Bis dahin gehen Mails an {before}.',
  'state.confirmed': 'Bestätigt.',
  'state.refused': 'Der Mailserver hat die letzte Mail an diese Adresse abgelehnt: {reason}. Neues geht erst wieder dorthin, wenn du eine Adresse neu bestätigst.',
  'digest': 'Neues per E-Mail',
  'digest.daily': 'Jeden Morgen',
  'digest.weekly': 'Montags',
  'digest.never': 'Nie',
  'digest.hint': 'Kommt nach 7:00 Uhr, unabhängig von deiner Ruhezeit, aus den Räumen, für die du es in deren Einstellungen auswählst. Was du bis dahin gelesen hast, ist nicht dabei.',
};
