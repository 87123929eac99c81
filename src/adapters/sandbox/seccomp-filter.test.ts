import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seccompFilter } from './seccomp-filter.ts'
import { allowedCalls, checkedCall, killedCalls } from './syscalls.ts'

const ARCHITECTURES = { x64: 0xc000003e, arm64: 0xc00000b7 } as const
const ALLOW = 0x7fff0000
const KILL = 0x80000000
const REFUSE = 0x00050001
const NOT_IMPLEMENTED = 0x00050026
const NO_SUCH_FAMILY = 0x00050061

/** Runs the filter as the kernel would. */
function verdict(filter: Buffer, audit: number, number: number, args: readonly bigint[] = []): number {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number, 0)
  data.writeUInt32LE(audit, 4)
  args.forEach((value, index) => data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + index * 8))
  let accumulator = 0
  for (let at = 0; at < filter.length / 8; at += 1) {
    const code = filter.readUInt16LE(at * 8)
    const [whenTrue, whenFalse] = [filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3)]
    const operand = filter.readUInt32LE(at * 8 + 4)
    const jump = (holds: boolean): void => void (at += holds ? whenTrue : whenFalse)
    if (code === 0x20) accumulator = data.readUInt32LE(operand)
    else if (code === 0x54) accumulator = (accumulator & operand) >>> 0
    else if (code === 0x15) jump(accumulator === operand)
    else if (code === 0x25) jump(accumulator > operand)
    else if (code === 0x35) jump(accumulator >= operand)
    else if (code === 0x45) jump((accumulator & operand) !== 0)
    else if (code === 0x06) return operand
    else throw new Error(`unknown instruction ${code}`)
  }
  throw new Error('the program has no end')
}

for (const architecture of ['x64', 'arm64'] as const) {
  const filter = seccompFilter(architecture)
  const audit = ARCHITECTURES[architecture]
  const run = (number: number, ...args: bigint[]): number => verdict(filter, audit, number, args)

  test(`${architecture}: every listed call is allowed, every killed one kills, the others are refused`, () => {
    const [allowed, killed] = [new Set(allowedCalls(architecture)), new Set(killedCalls(architecture))]
    const checked = new Set(
      (['clone', 'clone3', 'ioctl', 'personality', 'socket'] as const).map((name) => checkedCall(name, architecture)),
    )
    const newest = Math.max(...allowed)
    for (let number = 0; number < 700; number += 1) {
      if (checked.has(number)) continue
      const expected = allowed.has(number)
        ? ALLOW
        : killed.has(number)
          ? KILL
          : number > newest
            ? NOT_IMPLEMENTED
            : REFUSE
      assert.equal(run(number), expected, `call ${number}`)
    }
  })

  test(`${architecture}: another architecture kills, x32 does not exist`, () => {
    assert.equal(verdict(filter, 0x40000003, 20), KILL)
    assert.equal(run(0x40000000 + 1), NOT_IMPLEMENTED)
    assert.equal(run(0xffffffff), NOT_IMPLEMENTED)
  })

  test(`${architecture}: threads and processes may be made, namespaces may not`, () => {
    const clone = checkedCall('clone', architecture)
    assert.equal(run(clone, 0x3d0f00n), ALLOW)
    assert.equal(run(clone, 17n), ALLOW)
    for (const flag of [0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n, 0x80n]) {
      assert.equal(run(clone, flag | 17n), REFUSE)
    }
    assert.equal(run(checkedCall('clone3', architecture), 0n), NOT_IMPLEMENTED)
  })

  test(`${architecture}: typing into a terminal kills, also with bits set that the kernel ignores`, () => {
    const ioctl = checkedCall('ioctl', architecture)
    assert.equal(run(ioctl, 0n, 0x5401n), ALLOW)
    assert.equal(run(ioctl, 0n, 0x5412n), KILL)
    assert.equal(run(ioctl, 0n, 0x7700005412n), KILL)
    assert.equal(run(ioctl, 0n, 0x541cn), KILL)
  })

  test(`${architecture}: sockets are for streams and datagrams of four families`, () => {
    const socket = checkedCall('socket', architecture)
    const [stream, datagram, raw] = [1n | 0x80800n, 2n, 3n | 0x80000n]
    for (const family of [2n, 10n]) {
      assert.equal(run(socket, family, stream), ALLOW)
      assert.equal(run(socket, family, datagram), ALLOW)
      assert.equal(run(socket, family, raw), REFUSE)
      assert.equal(run(socket, family, 10n), REFUSE)
    }
    assert.equal(run(socket, 1n, 5n), ALLOW)
    assert.equal(run(socket, 16n, raw, 0n), ALLOW)
    assert.equal(run(socket, 16n, raw, 15n), REFUSE)
    for (const family of [0n, 9n, 17n, 31n, 38n, 40n, 44n]) assert.equal(run(socket, family, stream), NO_SUCH_FAMILY)
  })
}
