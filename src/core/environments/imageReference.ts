/**
 * Whether a text is an image's name as registries know it: `[host[:port]/]path[:tag][@digest]`. Nothing that starts like an
 * option, has a blank or leaves the grammar gets as far as the engine.
 */
export function isImageReference(text: string): boolean {
  return text.length <= 255 && grammar.test(text);
}

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const host = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?/)?';
const grammar = new RegExp(`^${host}${component}(?:/${component})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`);
