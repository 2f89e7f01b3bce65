import { readFile } from 'node:fs/promises';
import type { TrustedCertificates } from './setupBox.ts';

/** Bytes; the bundles of systems have about 0.25 MB. */
const maxBytes = 4 * 2 ** 20;

/**
 * Certificates that this machine was told to trust, by the variables that programs of all kinds know. They are public; a company's
 * network often needs them. Undefined where nothing is set or the file is none.
 */
export async function trustedCertificates(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TrustedCertificates | undefined> {
  const whole = await readPem(environment['SSL_CERT_FILE']);
  const pem = whole ?? (await readPem(environment['NODE_EXTRA_CA_CERTS']));
  return pem === undefined ? undefined : { pem, whole: whole !== undefined };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === '') {
    return undefined;
  }
  try {
    const text = await readFile(path, 'utf8');
    // A file with a private key in it is no list of what to trust.
    return text.length <= maxBytes && text.includes('BEGIN CERTIFICATE') && !text.includes('PRIVATE KEY')
      ? text
      : undefined;
  } catch {
    return undefined;
  }
}
