import type { EngineError } from './engineAnswers.ts';

const files = 'DOCKER_CERT_PATH, or the Docker context,';

/** Node's and OpenSSL's codes for one cause each; the sentences are for the person who set the engine up. */
const causes: readonly (readonly [codes: RegExp, sentence: string])[] = [
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "The Docker engine's certificate is for another host name; use the name that it was made for, or make one for this name.",
  ],
  [
    /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    "The Docker engine's certificate is not valid today; renew it, or set the clock.",
  ],
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|^CERT_(SIGNATURE_FAILURE|UNTRUSTED)$/,
    `The Docker engine's certificate is not of the CA that is trusted; ${files} must hold its ca.pem.`,
  ],
  [
    /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE)$/,
    `The Docker engine asks for a client certificate; ${files} must hold cert.pem and key.pem.`,
  ],
  [
    /^ERR_SSL_.*ALERT_(UNKNOWN_CA|CERTIFICATE_UNKNOWN|DECRYPT_ERROR|CERTIFICATE_EXPIRED)$/,
    `The Docker engine does not accept the client certificate; ${files} must hold a cert.pem of its CA.`,
  ],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/,
    'What answers there does not speak TLS; unset DOCKER_TLS_VERIFY, or use the port that does.',
  ],
  [
    /^ERR_OSSL_|KEY_VALUES_MISMATCH/,
    `The certificate files cannot be used; ${files} must hold ca.pem, cert.pem and its key.pem.`,
  ],
];

/** What an error of TLS means, as one sentence with the way out; undefined when it is none. */
export function describeTlsError({ code, statusCode, message }: EngineError): string | undefined {
  if (statusCode === 400 && message.includes('HTTP request to an HTTPS server')) {
    return 'The Docker engine speaks TLS there; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a Docker context.';
  }
  return causes.find(([codes]) => code !== undefined && codes.test(code))?.[1];
}
