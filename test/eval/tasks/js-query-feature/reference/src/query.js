/**
 * Filters records by a query of conditions `field:value`; all of them must match. `-field:value` excludes, `field:a,b` matches
 * one of several values, and quotes keep blanks and commas in a value: `field:"two words"`.
 */
export function search(records, query) {
  const conditions = splitWords(query).map(parseCondition);
  return records.filter((record) =>
    conditions.every(({ field, values, excluded }) => matches(record, field, values) !== excluded),
  );
}

function splitWords(query) {
  return query.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

function parseCondition(word) {
  const excluded = word.startsWith('-');
  const condition = excluded ? word.slice(1) : word;
  const colon = condition.indexOf(':');
  if (colon < 1) throw new SyntaxError(`Not a condition: ${word}`);
  const values = condition.slice(colon + 1).match(/(?:"[^"]*"|[^,"])+/g) ?? [''];
  return { field: condition.slice(0, colon), values: values.map((value) => value.replaceAll('"', '')), excluded };
}

function matches(record, field, values) {
  const found = String(record[field]).toLowerCase();
  return values.some((value) => found === value.toLowerCase());
}
