// What people are called and look like by now.

import { expect, test } from 'vitest';

import { People } from '../../src/lib/state/people.svelte';
import { shareOf, userOf } from '../photos';

const called = (name: string, avatar_url: string | null = null) => ({ ...userOf(1, 'ann'), name, avatar_url });

test('a person is as the newest answer has them, wherever in it they are', () => {
  const people = new People();
  const before = userOf(1, 'ann');
  expect(people.of(before)).toBe(before);
  people.ask()([{ ...shareOf(1), user: before, mentions: [called('Ann Miller', '/avatars/a')] }]);
  expect(people.of(before)).toEqual(called('Ann Miller', '/avatars/a'));
  people.ask()({ user: called('Ann') });
  expect(people.of(before)).toEqual(called('Ann'));
});

test('an answer that was asked for before the news, or before another answer, changes nothing', () => {
  const people = new People();
  const [early, late] = [people.ask(), people.ask()];
  late([called('Later')]);
  early([called('Earlier')]);
  expect(people.of(userOf(1, 'ann')).name).toBe('Later');
  const asked = people.ask();
  people.hear({ kind: 'member.changed', data: { space_id: 3, is_admin: false, user: called('Heard') } });
  asked([called('Later')]);
  expect(people.of(userOf(1, 'ann')).name).toBe('Heard');
  people.ask()([called('Asked')]);
  expect(people.of(userOf(1, 'ann')).name).toBe('Asked');
});

test('the answer to a change is newer than what was asked for meanwhile, and older than what was heard', () => {
  const people = new People();
  const name = () => people.of(userOf(1, 'ann')).name;
  const [change, early, late] = [people.ask(true), people.ask(), people.ask()];
  early([called('Before')]);
  change([called('Changed')]);
  expect(name()).toBe('Changed');
  late([called('Before')]);
  expect(name()).toBe('Changed');
  people.ask()([called('Asked')]);
  expect(name()).toBe('Asked');
  const another = people.ask(true);
  people.hear({ user: called('Heard') });
  another([called('Changed')]);
  expect(name()).toBe('Heard');
});

test('what was said of oneself besides stays where it is, and with the next user nobody is known', () => {
  const people = new People();
  people.ask()({ ...called('Ann Miller'), language: 'de', time_zone: null, unread_notices: 3 });
  expect(people.of(userOf(1, 'ann'))).toEqual(called('Ann Miller'));
  people.ask()('ok');
  people.ask()(null);
  const late = people.ask();
  people.clear();
  late([called('Too late')]);
  expect(people.of(userOf(1, 'ann')).name).toBe('ann');
});
