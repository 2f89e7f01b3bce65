import { lockFiles } from './lockFiles.ts';
import { matchesName, type NameRule } from './nameRule.ts';
import { foldForRules } from './pathFold.ts';
import { runnerNames } from './runnerSteering.ts';

/**
 * Files that configure what runs on people's machines, in CI, or inside other agents, and what a test run proves. A person
 * approves each of them alone.
 */
export interface ProtectedRule extends NameRule {
  readonly rule: string;
  readonly message: string;
}

export const protectedRules: readonly ProtectedRule[] = [
  {
    rule: 'P-NIGHTSHIFT',
    message: 'configures Nightshift itself',
    directories: ['.nightshift'],
  },
  {
    rule: 'P-CI',
    message: 'configures what runs in CI',
    directories: [
      '.github',
      '.gitlab',
      '.circleci',
      '.buildkite',
      '.azure-pipelines',
      '.woodpecker',
      '.gitea',
      '.forgejo',
    ],
    files: [
      'jenkinsfile',
      '.travis.yml',
      '.travis.yaml',
      '.drone.yml',
      '.cirrus.yml',
      'appveyor.yml',
      '.appveyor.yml',
      'cloudbuild.yaml',
      'buildspec.yml',
      'buildspec.yaml',
    ],
    patterns: [/^\.gitlab-ci/, /^azure-pipelines/, /^bitbucket-pipelines/, /^\.woodpecker\.ya?ml$/, /^jenkinsfile\b/],
  },
  {
    rule: 'P-VSCODE',
    message: 'configures the editor, which may run it when the folder is opened',
    directories: ['.vscode', '.vscode-test'],
    patterns: [/\.code-workspace$/],
  },
  {
    rule: 'P-IDE',
    message: 'configures the editor',
    directories: ['.idea', '.vs', '.fleet', '.zed'],
    files: ['.dir-locals.el', '.dir-locals-2.el', '.exrc', '.vimrc', '.nvimrc', '.nvim.lua'],
  },
  {
    rule: 'P-DEVCONTAINER',
    message: 'configures the development container',
    directories: ['.devcontainer'],
    files: ['.devcontainer.json'],
  },
  {
    rule: 'P-HOOKS',
    message: 'configures hooks that run on commit or push',
    directories: ['.husky', '.githooks', '.git-hooks', '.hooks'],
    files: ['lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lintstagedrc'],
    patterns: [/^\.pre-commit-config\./, /^\.pre-commit-hooks\./, /^\.lintstagedrc\./, /^lint-staged\.config\./],
  },
  {
    rule: 'P-AGENT',
    message: 'instructs other agents',
    directories: [
      '.cursor',
      '.clinerules',
      '.roo',
      '.codex',
      '.claude',
      '.gemini',
      '.windsurf',
      '.continue',
      '.kilocode',
      '.kilo',
      '.aider',
      '.kiro',
      '.opencode',
      '.junie',
    ],
    files: [
      'agents.md',
      'agent.md',
      'claude.md',
      'claude.local.md',
      'gemini.md',
      '.mcp.json',
      'mcp.json',
      'copilot-instructions.md',
      'opencode.json',
      'opencode.jsonc',
      '.goosehints',
    ],
    patterns: [
      /^\.cursor/,
      /^\.clinerules/,
      /^\.windsurfrules/,
      /^\.roo(modes|rules|ignore)/,
      /^\.kilocode(modes|rules|ignore)/,
      /^\.aider/,
      /\.(agent|prompt|instructions|chatmode)\.md$/,
    ],
  },
  {
    rule: 'P-ATTRIBUTES',
    message: 'sets how Git reads, filters and merges files',
    files: ['.gitattributes', '.gitconfig', '.lfsconfig'],
  },
  {
    rule: 'P-ENVIRONMENT',
    message: 'sets the environment that tools run in',
    files: [
      '.npmrc',
      '.netrc',
      '.envrc',
      '.tool-versions',
      '.pypirc',
      '.pnpmfile.cjs',
      'mise.toml',
      '.mise.toml',
      '.bunfig.toml',
      'bunfig.toml',
      'flake.nix',
      'shell.nix',
      'default.nix',
      'vagrantfile',
    ],
    patterns: [/^\.env($|[.-])/, /^\.yarnrc/, /^\.pnpmfile\./],
  },
  {
    rule: 'P-PACKAGE-MANAGER',
    message: 'is or configures a package manager, which runs it',
    directories: ['.yarn', 'node_modules', '.mvn'],
    files: [
      '.pnp.cjs',
      '.pnp.loader.mjs',
      'pnpm-workspace.yaml',
      'gradlew',
      'gradlew.bat',
      'mvnw',
      'mvnw.cmd',
      'nuget.config',
    ],
    paths: [/(^|\/)gradle\/wrapper\//],
  },
  {
    rule: 'P-BUILD',
    message: 'runs when the project is built, or when an editor opens it',
    directories: ['.cargo'],
    files: ['build.rs', '.pylintrc', '.clangd', 'cmakepresets.json', 'cmakeuserpresets.json'],
    patterns: [/^eslint\.config\./, /^\.eslintrc/, /^(gulpfile|gruntfile)(\.|$)/, /^directory\.(build|packages)\./],
  },
  { ...runnerNames, rule: 'P-TESTS', message: 'steers the test runner, which decides what a test proves' },
  {
    rule: 'P-DEPENDENCIES',
    message: 'says what is fetched and installed',
    files: ['pyproject.toml', 'setup.py', 'setup.cfg', 'go.mod', 'go.work', 'cargo.toml', 'gemfile', 'pipfile'],
    patterns: [/^requirements.*\.txt$/],
  },
  {
    rule: 'P-CONTAINER',
    message: 'defines a container',
    patterns: [
      /^(dockerfile|containerfile)($|[.-])/,
      /\.(dockerfile|containerfile)$/,
      /^(docker-)?compose([.-].*)?\.ya?ml$/,
    ],
  },
  { rule: 'P-OWNERS', message: 'sets who must review what', files: ['codeowners'] },
  {
    rule: 'P-LOCKFILE',
    message: 'pins where dependencies come from',
    files: lockFiles,
  },
];

/** `hookDirectories` are the ones that the repository's own configuration names, relative to its root. */
export function protectedByName(path: string, hookDirectories: readonly string[] = []): ProtectedRule | undefined {
  const folded = foldForRules(path);
  if (hookDirectories.some((directory) => `${folded}/`.startsWith(`${foldForRules(directory)}/`))) {
    return protectedRules.find((rule) => rule.rule === 'P-HOOKS');
  }
  return protectedRules.find((rule) => matchesName(rule, path));
}
