import { describe, expect, it } from 'vitest';
import { isSecretFile } from '../../../../src/core/policy/secretFiles.ts';

describe('the name of a file', () => {
  it.each([
    'terraform/prod.tfvars',
    'prod.auto.tfvars.json',
    '.docker/config.json',
    'home/.Docker/Config.json',
    'kubeconfig',
    'credentials',
    'sub/credentials',
    '.dev.vars',
    '.dev.vars.production',
    'local.settings.json',
    'auth.json',
    'src/auth.json',
    '.vault-token',
    'web.env.local',
    'env.production',
    '.flaskenv',
    'demo-firebase-adminsdk-x1y2-0123.json',
    'office.ovpn',
    '.my.cnf',
    '.m2/settings.xml',
    '.terraformrc',
    '.gem/credentials',
    '.gem/x',
    '.config/gcloud/application_default_credentials.json',
    '.config/gh/hosts.yml',
    '.vscode/sftp.json',
    'id_rsa.bak',
    'id_work.bak',
    'server.pem.bak',
    'secrets.gpg',
  ])('%s says that it holds a secret', (path) => {
    expect(isSecretFile(path)).toBe(true);
  });

  it.each([
    'prod.tfvars.example',
    'variables.tf',
    'config.json',
    'docker/config.json',
    'src/kubeconfig.ts',
    'src/credentials.ts',
    'src/credentials/store.ts',
    '.dev.vars.example',
    'app.settings.json',
    'src/locales/en/auth.json',
    'i18n/auth.json',
    'src/auth.ts',
    'env.d.ts',
    'src/env.ts',
    'env.example',
    'docs/adminsdk.json',
    'settings.xml',
    'x.gem',
    'a.gemspec',
    '.config/gh/config.yml',
    '.vscode/settings.json',
    'id_map.ts',
    'notes.bak',
    'gpg.ts',
    '.env.sample',
  ])('%s does not', (path) => {
    expect(isSecretFile(path)).toBe(false);
  });
});
