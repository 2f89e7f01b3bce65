#!/usr/bin/env node
// Verifies a Nightshift trace with nothing but Node: node verify.mjs trace.jsonl task.checkpoint KEY
// KEY is what `nightshift trace key` prints (nightshift+...), or a file that holds it. Checkpoints may be several notes in one
// file. Every line must carry the SHA-256 of the raw bytes of the line before it, and every signed checkpoint must agree.
// Exit codes: 0 intact, 1 changed, 2 wrong use. Payloads beside the trace and statements are checked by `nightshift trace verify`.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

const lineKeys = 'v,seq,ts,type,actor,data,prev';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

class Wrong extends Error {}

function publicKey(given) {
  const text = (existsSync(given) ? readFileSync(given, 'utf8') : given).trim().split('\n')[0];
  // The encoded key may hold plus signs itself.
  const [name, id, ...encoded] = text.split('+');
  const bytes = Buffer.from(encoded.join('+'), 'base64');
  if (!name || bytes.length !== 33 || bytes[0] !== 1) {
    throw new Wrong(`${given} is not a key like nightshift+1a2b3c4d+AZ...`);
  }
  const keyId = sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes])).subarray(0, 4);
  if (keyId.toString('hex') !== id) {
    throw new Wrong('the key does not fit its own name: a digit of it is wrong');
  }
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  return { name, keyId, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/** Notes: origin, size, hash, time, an empty line, a signature line. */
function checkpoints(text, { name, keyId, key }) {
  const notes = [...text.matchAll(/([^\n]+\n(\d+)\n([A-Za-z0-9+/]{43}=)\n[^\n]+\n)\n— (\S+) ([A-Za-z0-9+/=]+)\n/g)];
  if (notes.length === 0 || notes.map(([whole]) => whole).join('') !== text) {
    return { bad: 'the checkpoint is not a signed note' };
  }
  const found = [];
  for (const [, body, size, hash, signer, signed] of notes) {
    const bytes = Buffer.from(signed, 'base64');
    if (signer !== name || bytes.length !== 68 || bytes.toString('base64') !== signed || !bytes.subarray(0, 4).equals(keyId)) {
      return { bad: 'a checkpoint is signed with another key' };
    }
    if (!verify(null, Buffer.from(body), key, bytes.subarray(4))) {
      return { bad: 'the signature of a checkpoint does not hold' };
    }
    found.push({ origin: body.slice(0, body.indexOf('\n')), lines: Number(size), hash: Buffer.from(hash, 'base64').toString('hex') });
  }
  return { found };
}

function lineProblem(raw, seq, previous) {
  const text = raw.toString('utf8');
  let event;
  try {
    event = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  if (!Buffer.from(text).equals(raw) || JSON.stringify(event) !== text || Object.keys(event).join(',') !== lineKeys) {
    return 'the line was written anew: white space, a repeated key or another order or form of its values';
  }
  if (event.seq !== seq) {
    return `the line has number ${event.seq} where ${seq} belongs`;
  }
  return event.prev === previous ? undefined : 'the line before it is not the one that it was written after';
}

function check(trace, notes) {
  let previous = '0'.repeat(64);
  let lines = 0;
  for (let start = 0; start < trace.length; lines += 1) {
    const end = trace.indexOf(10, start);
    const raw = trace.subarray(start, end);
    const problem = end < 0 ? 'the line is not complete' : lineProblem(raw, lines, previous);
    if (problem !== undefined) {
      return { line: lines + 1, problem };
    }
    if (lines === 0) {
      const { data } = JSON.parse(raw.toString('utf8'));
      const origin = `nightshift/${data.workspace}/${data.task}`;
      if (notes.some((note) => note.origin !== origin)) {
        return { line: 1, problem: 'the checkpoint is that of another trace' };
      }
    }
    previous = sha256(raw).toString('hex');
    if (notes.some((note) => note.lines === lines + 1 && note.hash !== previous)) {
      return { line: lines + 1, problem: 'the line is not the one that was there when the checkpoint was written' };
    }
    start = end + 1;
  }
  const most = Math.max(...notes.map((note) => note.lines));
  return most > lines
    ? { line: lines + 1, problem: `the trace is cut: line ${most} stood here when the checkpoint was written` }
    : { lines, signed: most };
}

try {
  const [traceFile, notesFile, key] = process.argv.slice(2);
  if (key === undefined) {
    throw new Wrong('usage: node verify.mjs trace.jsonl task.checkpoint KEY');
  }
  const notes = checkpoints(readFileSync(notesFile, 'utf8'), publicKey(key));
  const result = notes.bad === undefined ? check(readFileSync(traceFile), notes.found) : { line: 0, problem: notes.bad };
  if (result.problem === undefined) {
    console.log(`intact: ${result.lines} events, ${result.signed} of them under a signed checkpoint`);
  } else {
    console.log(`CHANGED at line ${result.line}: ${result.problem}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Wrong ? error.message : String(error));
  process.exitCode = 2;
}
