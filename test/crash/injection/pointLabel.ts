/** Classes of points, in the order in which they are reported. */
export const pointClasses = [
  'lock',
  'journal',
  'head',
  'artifact',
  'store',
  'checkout',
  'git',
  'engine',
  'guest',
  'model',
  'other',
] as const;

export type PointClass = (typeof pointClasses)[number];

export interface Places {
  readonly root: string;
  readonly state: string;
}

/** `class: operation path`, with everything that differs from run to run taken out of the path. */
export function fileLabel(operation: string, path: string, places: Places): string {
  return `${fileClass(path, places)}: ${operation} ${steady(path, places)}`;
}

export function gitLabel(words: readonly string[]): string {
  const command = words.find((word, index) => !word.startsWith('-') && words[index - 1] !== '-c') ?? words[0] ?? '';
  return `git: ${command}`;
}

export function httpLabel(toEngine: boolean, method: string, path: string): string {
  const [plain = ''] = path.split('?');
  const steadyPath = plain.replace(/[0-9a-f]{64}/g, '<id>').replace(/nightshift-[0-9a-z]{10}/g, '<name>');
  return `${toEngine ? 'engine' : 'model'}: ${method} ${steadyPath}`;
}

export function classOf(label: string): PointClass {
  const name = label.slice(0, label.indexOf(':'));
  return pointClasses.find((each) => each === name) ?? 'other';
}

function fileClass(path: string, { root, state }: Places): PointClass {
  if (path === root || path.startsWith(`${root}/`)) {
    return 'checkout';
  }
  const inside = path.startsWith(`${state}/`)
    ? path.slice(state.length).replace(/^\/workspaces\/[0-9a-f]{16}\//, '')
    : '';
  const [first = ''] = inside.split('/');
  if (first === 'tasks') {
    return inside.includes('/artifacts') ? 'artifact' : 'journal';
  }
  const named: Readonly<Record<string, PointClass>> = {
    heads: 'head',
    work: 'store',
    'store.git': 'store',
    lock: 'lock',
  };
  return /\/run\/nightshift(?:\/[^/]*\.sock)?$/.test(path) ? 'lock' : (named[first] ?? 'other');
}

function steady(path: string, { root, state }: Places): string {
  return path
    .replace(state, '')
    .replace(root, '')
    .replace(/^\/workspaces\/[0-9a-f]{16}\/?/, '')
    .replace(/.*\/run\/nightshift/, 'run')
    .replace(/[0-9a-f]{16}\.sock/, '<name>.sock')
    .replace(/task-[0-9a-z]{10}/, '<task>')
    .replace(/apply-[0-9a-z]{10}/, '<key>')
    .replace(/\/objects\/[0-9a-f]{2}(\/[0-9a-f]+)?/, '/objects/<object>')
    .replace(/\.tmp-[0-9a-z-]{10,36}$/, '.tmp-<random>')
    .replace(/[0-9a-f]{64}/, '<sha256>')
    .replace(/draft\.\d+\.[0-9a-f]{16}/, 'draft.<random>')
    .replace(/\.[0-9a-f]{12}\.draft/, '.<random>.draft')
    .replace(/work-[0-9A-Za-z]{6}/, 'work-<random>')
    .replace(/host\.\d+$/, 'host.<n>');
}
