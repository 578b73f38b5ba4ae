// The server speaks English. These are its refusals in German, by its word for programs; {0}, {1} are what its sentence
// says in those places. What isn't here is shown as the server says it.

import type { Sentences } from './server';

/** Words in the server's sentences. */
export const words: Record<string, string> = {
  Login: 'Der Anmeldename',
  Password: 'Das Passwort',
  'New password': 'Das neue Passwort',
  Name: 'Der Name',
  'New name': 'Der neue Name',
  Text: 'Der Text',
  Photo: 'Das Foto',
  Request: 'Die Anfrage',
  second: 'Sekunde',
  seconds: 'Sekunden',
  minutes: 'Minuten',
};

export const sentences: Sentences = {
  too_long: [/^(.+) max (\d+) characters$/, '{0} darf höchstens {1} Zeichen haben'],
  too_short: [/^(.+) min (\d+) characters$/, '{0} muss mindestens {1} Zeichen haben'],
  blank: [/^(.+) cannot be empty$/, '{0} darf nicht leer sein'],
  not_provided: [/^(.+) must be provided$/, '{0} fehlt'],
  forbidden_characters: [/^(.+) cannot contain .+ characters$/, '{0} enthält Zeichen, die nicht erlaubt sind'],
  too_large: [/^(.+) max (.+)$/, '{0} darf höchstens {1} haben'],
  unauthorized: 'Du bist nicht angemeldet',
  wrong_login: 'Anmeldename oder Passwort stimmt nicht',
  wrong_password: 'Das Passwort stimmt nicht',
  invitation_needed: 'Ein Konto braucht hier eine Einladung',
  no_such_invitation: [/^This invitation isn't valid, or not any more$/, 'Diese Einladung gilt nicht, oder nicht mehr'],
  no_such_reset: 'Dieser Link gilt nicht, oder nicht mehr',
  too_many_attempts: [/^Too many attempts, try again in (\d+) (seconds?|minutes)$/, 'Zu viele Versuche. Versuch es in {0} {1} noch einmal'],
  registration_closed: 'Hier kann man sich gerade nicht selbst anmelden',
  passwords_dont_match: 'Die Passwörter sind nicht gleich',
  new_passwords_dont_match: 'Die neuen Passwörter sind nicht gleich',
  user_exists: 'Diesen Anmeldenamen gibt es schon',
  no_such_user: 'Diese Person gibt es nicht mehr',
  no_such_login: [/^User with login '(.*)' doesn't exist$/s, 'Niemand hat hier den Anmeldenamen „{0}“'],
  no_such_session: 'Diese Anmeldung gibt es nicht mehr',
  no_such_space: 'Diesen Raum gibt es nicht',
  not_a_member: 'Du bist kein Mitglied dieses Raums',
  not_an_admin: 'Das dürfen nur die Admins dieses Raums',
  space_has_members: 'Das geht erst, wenn sonst niemand mehr in diesem Raum ist',
  already_member: 'Diese Person ist schon Mitglied dieses Raums',
  admin_cant_leave: 'Wer Admin ist, kann den Raum nicht verlassen',
  last_admin: 'Ein Raum braucht mindestens einen Admin',
  no_such_share: 'Diesen Beitrag gibt es nicht mehr',
  not_the_owner: 'Dieser Beitrag gehört jemand anderem',
  photo_type: 'Das Foto muss ein JPEG, PNG, WebP oder GIF sein',
  photo_damaged: 'Dieses Foto ist beschädigt',
  no_such_photo: 'Dieses Foto gibt es nicht mehr',
  busy: 'Der Server hat gerade viel zu tun, bitte versuch es gleich noch einmal',
  photos_unavailable: 'Fotos gehen gerade nicht, bitte versuch es gleich noch einmal',
  not_ready: 'Die Datenbank des Servers ist beschädigt; wer ihn betreibt, findet mehr in seinem Protokoll',
  internal: 'Auf dem Server ist etwas schiefgegangen',
};
