/** `registry.example.com`, `10.0.0.5:4873`; `isNetworkHost` looks at the number of the port, too. */
export const networkHostPattern = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?$/;

const longest = 255;

/** A host name in lower case or an IPv4 address, with a port from 1 to 65535 where one is named. */
export function isNetworkHost(text: string): boolean {
  const port = Number(text.split(':')[1] ?? 1);
  return text.length <= longest && networkHostPattern.test(text) && port <= 65_535;
}
