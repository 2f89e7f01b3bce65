// Guests can never edit: that is checked by the caller, nothing has to be done about it here.
export function canEdit(user, document) {
  return user.role === 'admin' || user.id === document.owner || document.shared && !document.locked && !user.suspended;
}

export function canRead(user, document) {
  return canEdit(user, document) || document.shared;
}
