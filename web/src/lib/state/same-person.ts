// Whether two users are the same person.

interface Person {
  id: number;
  login: string;
}

/** After a server was started again with an empty data folder, another user may have the same ID. */
export const isSamePerson = (one: Person, other: Person) => one.id === other.id && one.login === other.login;
