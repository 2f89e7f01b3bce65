import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canEdit, canRead } from '../src/access.js';

const plain = { owner: 'ada', shared: false, locked: false };
const member = (id, more = {}) => ({ id, role: 'member', suspended: false, ...more });

test('the owner edits, others do not', () => {
  assert.equal(canEdit(member('ada'), plain), true);
  assert.equal(canEdit(member('bob'), plain), false);
});

test('a shared document can be edited by members', () => {
  assert.equal(canEdit(member('bob'), { ...plain, shared: true }), true);
});

test('nobody but an admin edits a locked document', () => {
  assert.equal(canEdit(member('ada'), { ...plain, locked: true }), false);
  assert.equal(canEdit(member('root', { role: 'admin' }), { ...plain, locked: true }), true);
});

test('a suspended owner does not edit', () => {
  assert.equal(canEdit(member('ada', { suspended: true }), plain), false);
});

test('a guest reads what is shared and edits nothing', () => {
  const guest = { id: 'eve', role: 'guest', suspended: false };
  assert.equal(canEdit(guest, { ...plain, shared: true }), false);
  assert.equal(canRead(guest, { ...plain, shared: true }), true);
});
