const defaults = {
  method: 'GET',
  retries: 2,
  headers: { accept: 'application/json' },
};

/** The options of one request: the defaults, overridden by what the caller gives. Header names are case-insensitive. */
export function requestOptions(given = {}) {
  const options = Object.assign({}, defaults, given);
  const headers = { ...defaults.headers };
  for (const [name, value] of Object.entries(given.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  options.headers = headers;
  return options;
}
