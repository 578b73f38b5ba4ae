import { expect, test } from 'vitest';

import { actionsOf } from '../src/features/members/member-actions';
import { userOf } from './photos';

const member = (id: number, is_admin = false) => ({ user: userOf(id, `person ${id}`), is_admin });

test('a plain member may leave, and do nothing to others', () => {
  const members = [member(1, true), member(2), member(3)];
  expect(members.map((each) => actionsOf(each, members, 2))).toEqual([[], ['leave'], []]);
});

test('the only admin may do everything with others, and has to stay', () => {
  const members = [member(1, true), member(2)];
  expect(members.map((each) => actionsOf(each, members, 1))).toEqual([[], ['make_admin', 'remove']]);
});

test('one admin of several may also go', () => {
  const members = [member(1, true), member(2, true)];
  expect(members.map((each) => actionsOf(each, members, 1))).toEqual([
    ['step_down', 'leave'],
    ['unmake_admin', 'remove'],
  ]);
});
