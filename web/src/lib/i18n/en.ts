// English. Every string of the app has its key here; the other languages must have the same keys.
// {name} is filled in. What depends on a number has a form for each case that the language knows.

export const en = {
  'app.name': 'Shared Spaces',
  'app.motto': 'A small table for the people you know',
  'app.skip': 'Skip to the content',
  'app.spaces': 'Spaces',

  'door.login': 'Name',
  'door.password': 'Password',
  'door.sign_in': 'Sign in',
  'door.signing_in': 'Signing in…',
  'door.show_password': 'Show password',
  'door.hide_password': 'Hide password',
  'door.new_here': 'New here?',
  'door.register': 'Make an account',
  'door.known_here': 'Been here before?',
  'door.expired': 'Please sign in again. What you wrote is kept.',
  'door.closed_title': 'By invitation',
  'door.closed': 'Accounts are made by whoever runs this server. Ask them for one.',
  'register.title': 'Make an account',
  'register.first_title': 'Welcome',
  'register.first': 'This server is new. The first account is yours.',
  'register.login_hint': 'The others see it beside what you share. {min} to {max} characters.',
  'register.password_hint': 'At least {min} characters. A few words in a row are good and easy to remember.',
  'register.confirm': 'Password once more',
  'register.mismatch': 'These two are not the same.',
  'register.submit': 'Make my account',
  'register.working': 'One moment…',

  'home.title': 'My spaces',
  'home.empty_title': 'Set the first table.',
  'home.empty': 'A space is a place for some people: your family, a few friends, the book club. Only who is in it sees what is shared there.',
  'home.new': 'New space',
  'home.new_name': 'What shall it be called?',
  'home.new_hint': 'You decide afterwards who is in it.',
  'home.create': 'Make the space',
  'home.nothing_yet': 'Nothing here yet',
  'home.text_by': '{name}: {text}',

  'time.now': 'just now',

  'nav.home': 'My spaces',
  'nav.back': 'Back',
  'nav.account': 'Account',

  'ui.close': 'Close',
  'ui.cancel': 'Cancel',
  'ui.retry': 'Try again',
  'ui.loading': 'Loading',
  'ui.dismiss': 'Dismiss',
  'ui.notes': 'Notes',

  'connection.lost': 'No connection to the server. It comes back by itself.',

  'error.unreachable': 'The server can’t be reached. Please try again in a moment.',
  'error.unexpected': 'Something went wrong. Please try again.',
  'lost.title': 'There is nothing here.',
  'lost.text': 'The address may be mistyped, or what stood here is gone.',
  'start.unreachable_title': 'The server doesn’t answer.',
  'start.unreachable': 'This page goes on as soon as it does.',
} as const;
