/** Suspended users and guests edit nothing; a locked document only admins edit. */
export function canEdit(user, document) {
  if (user.suspended || user.role === 'guest') return false;
  if (user.role === 'admin') return true;
  return !document.locked && (user.id === document.owner || document.shared);
}

export function canRead(user, document) {
  return canEdit(user, document) || user.id === document.owner || document.shared;
}
