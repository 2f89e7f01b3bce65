/**
 * The one door to the library. Its package shows its whole self only, with tokenizers, servers and a language model of 130 MB; the
 * index alone is small, so it is named by its file. A contract test holds the version to what is used here.
 */
export { LocalIndex } from '../../../../node_modules/vectra/lib/LocalIndex.js';
export type { IndexCodec } from '../../../../node_modules/vectra/lib/codecs/IndexCodec.js';
export type { FileDetails, FileStorage } from '../../../../node_modules/vectra/lib/storage/FileStorage.js';
export type { IndexData, IndexItem } from '../../../../node_modules/vectra/lib/types.js';
