/** Where setup works, where what it made is found later, and where the latter is while it works. */
export const setupRepository = '/workspace/repo';
export const setupOutput = '/workspace/deps';
export const dependencyFolder = '/deps';

export interface SetupStep {
  readonly argv: readonly string[];
  /** The files that ask for it, for people. */
  readonly because: string;
}

export interface DefaultSteps {
  readonly steps: readonly SetupStep[];
  /** Files that the steps follow: lockfiles of npm, requirements of pip. */
  readonly lockfiles: readonly string[];
  readonly requirements: readonly string[];
  /** What is there and cannot be installed by itself, one line each. */
  readonly warnings: readonly string[];
}

const npmLocks = ['npm-shrinkwrap.json', 'package-lock.json'];

/**
 * How dependencies are installed where the repository does not say: from lockfiles only, so that the same files give the same
 * dependencies; without the packages' own scripts unless the user agreed to them.
 */
export function defaultSteps(manifests: readonly string[], scripts: boolean): DefaultSteps {
  const has = (path: string): boolean => manifests.includes(path);
  const npmLock = npmLocks.find(has);
  const steps: SetupStep[] = [];
  if (npmLock !== undefined && has('package.json')) {
    steps.push({ argv: ['npm', 'ci', ...(scripts ? [] : ['--ignore-scripts'])], because: npmLock });
  }
  const requirements = pythonRequirements(manifests);
  if (requirements.length > 0) {
    steps.push({ argv: pipInstall(requirements, scripts), because: requirements.join(', ') });
  }
  const lockfiles = npmLock !== undefined && has('package.json') ? npmLocks.filter(has) : [];
  return { steps, lockfiles, requirements, warnings: npmLock === undefined ? otherManagers(manifests) : [] };
}

/** The usual names at the top, the one for development last, so that it may add to the first. */
function pythonRequirements(manifests: readonly string[]): readonly string[] {
  return ['requirements.txt', 'requirements-test.txt', 'requirements-dev.txt', 'requirements_dev.txt'].filter((path) =>
    manifests.includes(path),
  );
}

/** Wheels only unless scripts are allowed: building a package runs its code. What the files say against that is checked before. */
function pipInstall(files: readonly string[], scripts: boolean): readonly string[] {
  return [
    'python3',
    pipLauncherPath,
    'install',
    '--disable-pip-version-check',
    '--no-input',
    '--no-cache-dir',
    '--no-compile',
    ...(scripts ? [] : ['--only-binary', ':all:']),
    ...files.flatMap((file) => ['-r', file]),
  ];
}

function otherManagers(manifests: readonly string[]): readonly string[] {
  const known = {
    'pnpm-lock.yaml': 'pnpm',
    'yarn.lock': 'yarn',
    'bun.lock': 'bun',
    'poetry.lock': 'poetry',
    'uv.lock': 'uv',
    'go.sum': 'go',
    'Cargo.lock': 'cargo',
  };
  return Object.entries(known)
    .filter(([path]) => manifests.includes(path))
    .map(
      ([path, tool]) =>
        `${path}: dependencies are not installed by themselves with ${tool}; name an image that has them, or setup steps, in .nightshift/environment.yml.`,
    );
}

/** Laid beside the manifests while setup runs, never part of a repository. */
export const pipLauncherPath = '.nightshift-setup/pip.py';
export const pipWheelPath = '.nightshift-setup/pip.whl';

/**
 * Runs pip, the image's own or the one lent by this machine, into the folder that Python takes for the user's packages; there
 * `.pth` files count, and programs land beside them.
 */
export const pipLauncher = `import os, runpy, site, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or '.') != here]
lent = os.path.join(here, 'pip.whl')
try:
    import pip
except ImportError:
    if not os.path.exists(lent):
        sys.exit('pip is not in the image; use an image that has it')
    sys.path.insert(0, lent)
    os.environ['PYTHONPATH'] = lent
target = ['--target', site.getusersitepackages()] if sys.argv[1:2] == ['install'] else []
sys.argv = ['pip', *sys.argv[1:2], *target, *sys.argv[2:]]
runpy.run_module('pip', run_name='__main__', alter_sys=True)
`;

/** Of every setup step. Nothing of the host's own environment is in it. */
export const setupVariables: Readonly<Record<string, string>> = {
  CI: 'true',
  NO_COLOR: '1',
  NIGHTSHIFT_DEPS: setupOutput,
  PYTHONUSERBASE: `${setupOutput}/python`,
  PYTHONDONTWRITEBYTECODE: '1',
  PIP_NO_COLOR: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_cache: '/workspace/npm-cache',
  npm_config_loglevel: 'warn',
};

/** Of the tests, so that they find what setup installed. */
export const dependencyVariables: Readonly<Record<string, string>> = {
  NIGHTSHIFT_DEPS: dependencyFolder,
  PYTHONUSERBASE: `${dependencyFolder}/python`,
};
