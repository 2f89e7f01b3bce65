/** SHA-256 of bytes as 64 lower-case hexadecimal digits; the adapter is in the layer that has a crypto library. */
export type Sha256 = (bytes: Uint8Array | string) => string;
