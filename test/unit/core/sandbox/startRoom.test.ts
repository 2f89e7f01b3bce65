import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BoxClaim,
  judgeRoom,
  leastAvailableBytes,
  refuseBeside,
  type RoomQuestion,
  usualReserve,
} from '../../../../src/core/sandbox/startRoom.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const bytes = fc.integer({ min: 1, max: 16 * 1024 }).map((mebibytes) => mebibytes * mebibyte);
const claim: fc.Arbitrary<BoxClaim> = fc.record({ task: fc.constantFrom('a', 'b', 'c', 'd'), memoryBytes: bytes });
const question: fc.Arbitrary<RoomQuestion> = fc.record({
  waiting: fc.array(claim, { minLength: 1, maxLength: 5 }),
  held: fc.array(claim, { maxLength: 6 }),
  warmBytes: fc.oneof(fc.constant(0), bytes),
  machine: fc.record(
    { totalBytes: bytes, availableBytes: bytes, othersBytes: fc.oneof(fc.constant(0), bytes) },
    { requiredKeys: ['totalBytes', 'othersBytes'] },
  ),
  limits: fc.record({ boxes: fc.integer({ min: 1, max: 6 }), reserveBytes: bytes }),
});

const sum = (claims: readonly BoxClaim[]): number => claims.reduce((total, each) => total + each.memoryBytes, 0);
const holdersAllWait = ({ waiting, held }: RoomQuestion): boolean =>
  held.every(({ task }) => waiting.some((each) => each.task === task));

/** A box smaller than the least that must be available, beside the boxes of another host. */
const smallBoxBesideOthers: RoomQuestion = {
  waiting: [{ task: 'a', memoryBytes: mebibyte }],
  held: [],
  warmBytes: 0,
  machine: { totalBytes: mebibyte, availableBytes: mebibyte, othersBytes: mebibyte },
  limits: { boxes: 1, reserveBytes: mebibyte },
};

describe('the room for one more box', () => {
  it('never promises more than the machine has, but to one box that nothing else would make room for', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const answer = judgeRoom(asked);
        if (!answer.admitted) {
          return;
        }
        const { waiting, held, warmBytes, machine, limits } = asked;
        const promised = sum(held) + warmBytes + (waiting[answer.index]?.memoryBytes ?? Number.NaN);
        const inLine =
          answer.index === 0 &&
          held.length < limits.boxes &&
          promised + machine.othersBytes + limits.reserveBytes <= machine.totalBytes &&
          promised <= (machine.availableBytes ?? Infinity);
        const nothingElseHelps =
          warmBytes === 0 &&
          holdersAllWait(asked) &&
          (held.length > 0 ||
            machine.othersBytes === 0 ||
            (machine.availableBytes ?? 0) >= (waiting[0]?.memoryBytes ?? Infinity)) &&
          (machine.availableBytes ?? Infinity) >= leastAvailableBytes;
        expect(inLine || nothingElseHelps).toBe(true);
      }),
      { numRuns: 2_000, examples: [[smallBoxBesideOthers]] },
    );
  });

  it('lets somebody go whenever no box is running that could make room', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const free = {
          ...asked,
          warmBytes: 0,
          machine: { totalBytes: asked.machine.totalBytes, othersBytes: 0 },
        };
        fc.pre(holdersAllWait(free));
        expect(judgeRoom(free).admitted).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('says in one line why a start waits, with the figures', () => {
    const waiting = [{ task: 'a', memoryBytes: 4 * gibibyte }];
    const held = [{ task: 'b', memoryBytes: 4 * gibibyte }];
    const limits = { boxes: 8, reserveBytes: gibibyte };
    const machine = { totalBytes: 8 * gibibyte, availableBytes: 7 * gibibyte, othersBytes: 0 };
    expect(judgeRoom({ waiting, held, warmBytes: 0, machine, limits })).toEqual({
      admitted: false,
      reason: 'memory',
      message: 'It waits for memory: a sandbox may use 4.0 GiB, and 3.0 GiB of 8.0 GiB are not promised to others.',
    });
    const busy = { totalBytes: 64 * gibibyte, availableBytes: 6 * gibibyte, othersBytes: 0 };
    expect(judgeRoom({ waiting, held, warmBytes: 0, machine: busy, limits })).toMatchObject({
      message: 'It waits for memory: a sandbox may use 4.0 GiB, and other programs leave 6.0 GiB.',
    });
    expect(judgeRoom({ waiting, held, warmBytes: 0, machine: busy, limits: { ...limits, boxes: 1 } })).toMatchObject({
      reason: 'number',
      message: 'It waits for a sandbox: 1 run, and no more than 1 may.',
    });
  });

  it('counts boxes of other agent hosts and warm ones as promised', () => {
    const wanted = { task: 'a', memoryBytes: 2 * gibibyte };
    const limits = { boxes: 8, reserveBytes: gibibyte };
    const machine = (othersBytes: number) => ({ totalBytes: 8 * gibibyte, othersBytes });
    const beside = (othersBytes: number, warmBytes: number) =>
      refuseBeside(wanted, { held: [], warmBytes, machine: machine(othersBytes), limits });
    expect(beside(0, 0)).toBeUndefined();
    expect(beside(5 * gibibyte, 0)).toBeUndefined();
    expect(beside(6 * gibibyte, 0)).toMatchObject({ reason: 'memory' });
    expect(beside(0, 6 * gibibyte)).toMatchObject({ reason: 'memory' });
  });

  it('leaves an eighth of the machine alone, within bounds', () => {
    expect(usualReserve(2 * gibibyte)).toBe(gibibyte / 2);
    expect(usualReserve(8 * gibibyte)).toBe(gibibyte);
    expect(usualReserve(64 * gibibyte)).toBe(2 * gibibyte);
  });
});
