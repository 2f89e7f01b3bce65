import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canEdit, canRead } from '../src/access.js';

const document = (more = {}) => ({ owner: 'ada', shared: false, locked: false, ...more });
const user = (id, role = 'member', suspended = false) => ({ id, role, suspended });

test('suspension stops everybody, admins too', () => {
  assert.equal(canEdit(user('root', 'admin', true), document()), false);
  assert.equal(canEdit(user('bob', 'member', true), document({ shared: true })), false);
});

test('a guest who owns a document does not edit it', () => {
  assert.equal(canEdit(user('ada', 'guest'), document()), false);
});

test('the owner reads a locked document', () => {
  assert.equal(canRead(user('ada'), document({ locked: true })), true);
});

test('a stranger reads nothing that is not shared', () => {
  assert.equal(canRead(user('bob'), document()), false);
});
