/** Filters records by a query of words `field:value`; all of them must match. */
export function search(records, query) {
  const conditions = query.split(' ').map(parseCondition);
  return records.filter((record) => conditions.every(({ field, value }) => matches(record, field, value)));
}

function parseCondition(word) {
  const colon = word.indexOf(':');
  if (colon < 1) throw new SyntaxError(`Not a condition: ${word}`);
  return { field: word.slice(0, colon), value: word.slice(colon + 1) };
}

function matches(record, field, value) {
  return String(record[field]).toLowerCase() === value.toLowerCase();
}
