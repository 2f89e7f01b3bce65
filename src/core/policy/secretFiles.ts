import { foldForRules } from './pathFold.ts';

/** Names of files that hold secrets by convention; such a file never enters a sandbox, tracked or not. Over the lower-case base name. */
const secretNames: readonly RegExp[] = [
  /^\.env$/,
  /^\.env[.-]/,
  /\.env$/,
  /^\.envrc$/,
  /\.(pem|key|p12|pfx|pkcs12|jks|keystore|kdbx|ppk|asc)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /^\.(netrc|pgpass|git-credentials|npmrc|pypirc|htpasswd|dockercfg|s3cfg|boto)$/,
  /^_netrc$/,
  /^(client_secret|service[-_]?account)[^/]*\.json$/,
  /^(credentials|secrets?)\.(json|ya?ml|toml|ini)$/,
  /\.tfstate(\.backup)?$/,
];

/** Below these directories nothing enters. */
const secretDirectories: readonly string[] = ['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.gcloud'];

/** Templates that say which variables exist, and public halves. */
const harmlessNames: readonly RegExp[] = [/^\.env[.-](example|sample|template|dist|defaults?|schema)$/, /\.pub$/];

/** True for a path whose name says that it holds a secret. */
export function isSecretFile(path: string): boolean {
  const segments = foldForRules(path).split('/');
  const name = segments.at(-1) ?? '';
  if (segments.slice(0, -1).some((segment) => secretDirectories.includes(segment))) {
    return true;
  }
  return !harmlessNames.some((pattern) => pattern.test(name)) && secretNames.some((pattern) => pattern.test(name));
}
