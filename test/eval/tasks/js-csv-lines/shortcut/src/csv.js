/** Parses CSV text into rows of strings. A field in double quotes may hold commas and doubled quotes. */
export function parseCsv(text) {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line) {
  const fields = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/y;
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line);
    if (match === null) throw new SyntaxError(`A quote is not closed: ${line}`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]);
  }
  return fields;
}
