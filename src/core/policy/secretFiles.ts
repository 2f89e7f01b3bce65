import { matchesName, type NameRule } from './nameRule.ts';
import { foldForRules } from './pathFold.ts';

/** Names of files that hold secrets by convention; such a file never enters a sandbox, tracked or not. */
const secretNames: NameRule = {
  files: [
    '.env',
    '.envrc',
    '.flaskenv',
    '.dev.vars',
    '.netrc',
    '_netrc',
    '.pgpass',
    '.my.cnf',
    '.mylogin.cnf',
    '.git-credentials',
    '.npmrc',
    '.pypirc',
    '.htpasswd',
    '.dockercfg',
    '.s3cfg',
    '.boto',
    '.terraformrc',
    'terraform.rc',
    '.vault-token',
    'credentials',
    'kubeconfig',
    'local.settings.json',
    'auth.json',
  ],
  patterns: [
    /^\.env[.-]/,
    /\.env(\.local)?$/,
    /^env\.(local|dev|development|staging|prod|production)$/,
    /^\.dev\.vars[.-]/,
    /\.(pem|key|p12|pfx|pkcs12|jks|keystore|kdbx|ppk|asc|gpg|ovpn)$/,
    /\.(pem|key|p12|pfx|ppk)\.(bak|backup|old|orig)$/,
    /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
    /^id_.*\.bak$/,
    /^(client_secret|service[-_]?account)[^/]*\.json$/,
    /-adminsdk-.*\.json$/,
    /^(credentials|secrets?)\.(json|ya?ml|toml|ini)$/,
    /\.tfstate(\.backup)?$/,
    /\.tfvars(\.json)?$/,
  ],
  paths: [
    /(^|\/)\.docker\/config\.json$/,
    /(^|\/)\.m2\/settings\.xml$/,
    /(^|\/)\.config\/gh\/hosts\.ya?ml$/,
    /(^|\/)\.vscode\/sftp\.json$/,
  ],
};

/** Below these directories nothing enters. */
const secretDirectories = /(^|\/)(\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.gcloud|\.gem|\.config\/gcloud)\//;

/** Templates that say which variables exist, public halves, and the texts of a login page. */
const harmlessNames: NameRule = {
  patterns: [/^\.(env|dev\.vars)[.-](example|sample|template|dist|defaults?|schema)$/, /\.pub$/],
  paths: [/(^|\/)(locales?|i18n|lang|langs|languages|translations?|messages)\/(.*\/)?auth\.json$/],
};

/** True for a path whose name says that it holds a secret. */
export function isSecretFile(path: string): boolean {
  return (
    secretDirectories.test(foldForRules(path)) || (!matchesName(harmlessNames, path) && matchesName(secretNames, path))
  );
}
