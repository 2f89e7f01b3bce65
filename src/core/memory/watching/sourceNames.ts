import { lockFiles } from '../../policy/lockFiles.ts';
import { matchesName, type NameRule } from '../../policy/nameRule.ts';
import { namesGitDirectory } from '../../policy/refusedPaths.ts';
import { isSecretFile } from '../../policy/secretFiles.ts';
import { isApplyTemporary } from '../../repository/applyTemporary.ts';
import type { SkipReason } from '../../../protocol/memory.ts';

/** What a tool wrote for itself: nobody looks for something in it, and its words would crowd out the ones that were meant. */
const generatedNames: NameRule = {
  directories: ['node_modules', 'bower_components', '__pycache__'],
  files: [...lockFiles, '.pnp.cjs', '.pnp.loader.mjs'],
  patterns: [
    /[.-]min\.(js|mjs|cjs|css)$/,
    /\.(bundle|chunk)\.(js|css)$/,
    /\.(js|mjs|cjs|css|ts)\.map$/,
    /\.tsbuildinfo$/,
    /(\.pb\.(go|cc|h)|_pb2(_grpc)?\.pyi?|_pb\.(js|d\.ts))$/,
    /\.designer\.(cs|vb)$/,
  ],
  paths: [/(^|\/)\.yarn\/(releases|cache|plugins|unplugged|sdks)\//],
};

const binaryExtensions = new Set(
  [
    'png jpg jpeg gif bmp ico icns webp avif heic tif tiff psd sketch xcf',
    'mp3 mp4 m4a m4v mov avi mkv webm ogg oga ogv wav flac aac',
    'zip gz tgz bz2 xz zst 7z rar tar jar war ear whl nupkg vsix deb rpm dmg iso',
    'exe dll so dylib o class pyc pyo wasm',
    'pdf doc docx xls xlsx ppt pptx odt ods odp',
    'ttf otf woff woff2 eot',
    'sqlite sqlite3 mdb parquet onnx gguf safetensors pth h5 npy npz pkl',
  ].flatMap((line) => line.split(' ')),
);

/** Why a path is not indexed whatever is in the file; undefined where only a look at it can tell. */
export function skippedByName(path: string): SkipReason | undefined {
  if (isSecretFile(path)) {
    return 'secret';
  }
  if (namesGitDirectory(path) || isApplyTemporary(path)) {
    return 'ignored';
  }
  if (matchesName(generatedNames, path)) {
    return 'generated';
  }
  return binaryExtensions.has(extensionOf(path)) ? 'binary' : undefined;
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
