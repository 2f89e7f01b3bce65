import { describe, expect, it } from 'vitest';
import { describeTlsError } from '../../../../src/node/sandbox/tlsErrors.ts';

describe('an error of TLS', () => {
  it.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host name'],
    ['CERT_HAS_EXPIRED', 'not valid today'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'not of the CA'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'not of the CA'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'not of the CA'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'asks for a client certificate'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'asks for a client certificate'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'does not accept'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'cannot be used'],
  ])('%s is told as a sentence', (code, text) => {
    expect(describeTlsError({ code, message: 'x' })).toMatch(new RegExp(`^[^\\n]*${text}[^\\n]*\\.$`));
  });

  it('is told from errors that are none', () => {
    for (const code of ['ECONNREFUSED', 'ENOENT', undefined]) {
      expect(describeTlsError({ message: 'x', ...(code === undefined ? {} : { code }) })).toBeUndefined();
    }
  });
});
