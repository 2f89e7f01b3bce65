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

const registryOfDefault =
  /^(?:(?:index|registry-1|registry)\.)?docker\.io\/|^registry\.hub\.docker\.com\/|^localhost\//i;

/**
 * Whether a reference is of the names that images made here bear. A registry has the same names for whoever asks for them there, so
 * they are never fetched; in a repository's files only the base image may be named, in the form of `baseImageName`.
 */
export function isOwnImageName(reference: string): boolean {
  return /^nightshift(?:[/:@]|$)/i.test(reference.replace(registryOfDefault, '').replace(/^library\//i, ''));
}

/** The base image in the one form that is taken: it then has to be the one of this machine. */
export const baseImageName = /^nightshift\/base:[\w.-]{1,128}$/;

/** Why a repository may not name this image, for people; undefined where it may. */
export function imageProblem(reference: string): string | undefined {
  if (!isImageReference(reference)) {
    return 'is no image reference';
  }
  return isOwnImageName(reference) && !baseImageName.test(reference)
    ? 'has a name of the images that are made here; name another'
    : undefined;
}
