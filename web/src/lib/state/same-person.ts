// Whether two users are the same person.

interface Person {
  id: number;
  login: string;
}

/** A server that was begun again at the same address gives the numbers of users to others. */
export const isSamePerson = (one: Person, other: Person) => one.id === other.id && one.login === other.login;
