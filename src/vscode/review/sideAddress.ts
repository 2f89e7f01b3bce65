/** The scheme under which both sides of a changed file are opened, read-only. */
export const sideScheme = 'nightshift';

/**
 * Scheme of a changed file's row in the Tasks view. Its own one: as soon as a read-only file is opened, the editor marks every
 * row with its address with a lock, in the place of our letter.
 */
const rowScheme = 'nightshift-row';

/** Stands for the side that an added or a deleted file does not have: always empty. */
export const absentScheme = 'nightshift-absent';

const sideNames = ['base', 'result', 'taken', 'offered'] as const;

/** `taken` and `offered` follow what the person decides: the base with what was accepted, the result without what was rejected. */
export type SideName = (typeof sideNames)[number];

/** One side of one changed file. `path` is relative to the repository, with `/`; `hash` names the changeset, so base and result never change. */
export interface Side {
  readonly root: string;
  readonly task: string;
  readonly path: string;
  readonly side: SideName;
  readonly hash: string;
}

/** `nightshift:/src/a.ts?root=…&task=…&side=…&hash=…`: the path is kept readable so that the editor finds language and icon. */
export function sideAddress(side: Side): string {
  return address(sideScheme, side);
}

/** The same with the scheme of rows: names a changed file for its icon and letter, and cannot be opened. */
export function rowAddress(side: Side): string {
  return address(rowScheme, side);
}

function address(scheme: string, { root, task, path, side, hash }: Side): string {
  const query = new URLSearchParams({ root, task, side, hash });
  return `${scheme}:/${path.split('/').map(encodeURIComponent).join('/')}?${encodeURIComponent(query.toString())}`;
}

/** Undefined for an address that `sideAddress` did not make. Takes the decoded path and query, as the editor's own addresses have them. */
export function parseSide(address: AddressParts): Side | undefined {
  return address.scheme === sideScheme ? parseParts(address) : undefined;
}

/** Undefined for an address that `rowAddress` did not make. */
export function parseRow(address: AddressParts): Side | undefined {
  return address.scheme === rowScheme ? parseParts(address) : undefined;
}

interface AddressParts {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

function parseParts(address: AddressParts): Side | undefined {
  const query = new URLSearchParams(address.query);
  const [root, task, side, hash] = ['root', 'task', 'side', 'hash'].map((name) => query.get(name));
  const path = address.path.replace(/^\//, '');
  const name = sideNames.find((each) => each === side);
  if (!root || !task || !path || hash === null || hash === undefined || name === undefined) {
    return undefined;
  }
  return { root, task, path, side: name, hash };
}
