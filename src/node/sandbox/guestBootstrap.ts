import { closedLoader } from './image/imageSettings.ts';

/**
 * The program of PID 1: reads a 4-byte big-endian length and that many bytes of JavaScript from stdin, and runs them with what
 * follows on stdin left unread. So any image with Node works, and an image need not be rebuilt when the guest changes. The end of
 * the input before the program is whole ends the process.
 */
export const guestBootstrap = [
  `const f=require('fs'),w=new Int32Array(new SharedArrayBuffer(4));`,
  `const r=n=>{const b=Buffer.alloc(n);for(let i=0;i<n;){let k;`,
  `try{k=f.readSync(0,b,i,n-i)}catch(e){if(e.code!=='EAGAIN')throw e;Atomics.wait(w,0,0,2);continue}`,
  `if(k===0)process.exit(0);i+=k}return b};`,
  `const s=r(r(4).readUInt32BE(0)).toString();`,
  `new Function('require','process','module','exports','guestSource',s)(require,process,{exports:{}},{},s)`,
].join('');

/**
 * Starts Node as PID 1 through the loader that nobody may read, which closes the guest's memory and descriptors to the commands of
 * its box. Where an image has no such loader, its Node needs none, or the runtime's kernel executes no unreadable file (gVisor),
 * Node starts as it is, and the guest says so in its `hello`.
 */
export const guestEntrypoint: readonly string[] = [
  '/bin/sh',
  '-c',
  `n=$(command -v node) && ${closedLoader} --verify "$n" 2>/dev/null && exec ${closedLoader} "$n" "$@"; exec node "$@"`,
  'node',
];

/** The guest's program as the bootstrap reads it. */
export function guestPayload(source: string): Buffer {
  const program = Buffer.from(source);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(program.length);
  return Buffer.concat([length, program]);
}
