// Deutsch. Dieselben Schlüssel wie in en.ts.

import type { Messages } from './messages';

export const de: Messages = {
  'app.name': 'Shared Spaces',
  'app.motto': 'Ein kleiner Tisch für die Menschen, die du kennst',
  'app.skip': 'Zum Inhalt springen',
  'app.spaces': 'Räume',

  'door.login': 'Name',
  'door.password': 'Passwort',
  'door.sign_in': 'Anmelden',
  'door.signing_in': 'Wird angemeldet …',
  'door.show_password': 'Passwort zeigen',
  'door.hide_password': 'Passwort verbergen',
  'door.new_here': 'Neu hier?',
  'door.register': 'Konto anlegen',
  'door.known_here': 'Schon einmal hier gewesen?',
  'door.expired': 'Bitte melde dich noch einmal an. Was du geschrieben hast, ist noch da.',
  'door.closed_title': 'Nur auf Einladung',
  'door.closed': 'Konten legt an, wer diesen Server betreibt. Frag dort nach einem.',
  'register.title': 'Konto anlegen',
  'register.first_title': 'Willkommen',
  'register.first': 'Dieser Server ist neu. Das erste Konto ist deins.',
  'register.login_hint': 'Die anderen sehen ihn neben dem, was du teilst. {min} bis {max} Zeichen.',
  'register.password_hint': 'Mindestens {min} Zeichen. Ein paar Wörter hintereinander sind gut und leicht zu merken.',
  'register.confirm': 'Passwort noch einmal',
  'register.mismatch': 'Die beiden sind nicht gleich.',
  'register.submit': 'Mein Konto anlegen',
  'register.working': 'Einen Moment …',

  'home.title': 'Meine Räume',
  'home.empty_title': 'Deck den ersten Tisch.',
  'home.empty': 'Ein Raum ist ein Ort für einige Menschen: deine Familie, ein paar Freunde, den Lesekreis. Nur wer darin ist, sieht, was dort geteilt wird.',
  'home.new': 'Neuer Raum',
  'home.new_name': 'Wie soll er heißen?',
  'home.new_hint': 'Wer hinein darf, bestimmst du danach.',
  'home.create': 'Raum anlegen',
  'home.nothing_yet': 'Noch nichts hier',
  'home.text_by': '{name}: {text}',

  'time.now': 'gerade eben',

  'nav.home': 'Meine Räume',
  'nav.back': 'Zurück',
  'nav.account': 'Konto',

  'ui.close': 'Schließen',
  'ui.cancel': 'Abbrechen',
  'ui.retry': 'Noch einmal',
  'ui.loading': 'Wird geladen',
  'ui.dismiss': 'Ausblenden',
  'ui.notes': 'Hinweise',

  'connection.lost': 'Keine Verbindung zum Server. Sie kommt von selbst zurück.',

  'error.unreachable': 'Der Server ist nicht zu erreichen. Bitte versuch es gleich noch einmal.',
  'error.unexpected': 'Da ist etwas schiefgegangen. Bitte versuch es noch einmal.',
  'lost.title': 'Hier ist nichts.',
  'lost.text': 'Vielleicht ist die Adresse vertippt, oder was hier stand, ist weg.',
  'start.unreachable_title': 'Der Server antwortet nicht.',
  'start.unreachable': 'Sobald er es tut, geht es hier weiter.',
};
