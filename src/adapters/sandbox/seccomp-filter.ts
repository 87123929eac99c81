// Writes the seccomp filter of the sandbox as BPF, so that no library is needed: an allow-list of system calls with a
// look at the arguments of the five that are safe only in part.
import { allowedCalls, checkedCall, killedCalls } from './syscalls.ts'
import type { Architecture } from './syscalls.ts'

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, operand: number]

const LOAD = 0x20
const AND = 0x54
const RETURN = 0x06
const IF_EQUAL = 0x15
const IF_GREATER = 0x25
const IF_AT_LEAST = 0x35
const IF_ANY_BIT = 0x45

const ALLOW: Instruction = [RETURN, 0, 0, 0x7fff0000]
const KILL: Instruction = [RETURN, 0, 0, 0x80000000]
const REFUSE = refuseWith(1)
const NOT_IMPLEMENTED = refuseWith(38)
const NO_SUCH_FAMILY = refuseWith(97)

const NUMBER_AT = 0
const ARCHITECTURE_AT = 4
const AUDIT_ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const
const X32_BIT = 0x40000000

// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWTIME.
const NEW_NAMESPACE = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x80
const TIOCSTI = 0x5412
const TIOCLINUX = 0x541c
const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_PACKET = 10
// What the container engines let through: Linux, UNAME26, no address randomisation, both, and asking what is set.
const PERSONALITIES = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff]

/** The filter for `architecture`, in the form that the kernel and `bwrap --seccomp` take (little endian). */
export function seccompFilter(architecture: Architecture): Buffer {
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    ...unless(IF_EQUAL, AUDIT_ARCHITECTURE[architecture], [KILL]),
    [LOAD, 0, 0, NUMBER_AT],
    // The x32 interface shares the architecture word with x86_64 and would slip past the numbers below.
    ...when(IF_AT_LEAST, X32_BIT, [NOT_IMPLEMENTED]),
    ...checked(architecture),
    ...inRanges(killedCalls(architecture), KILL),
    ...inRanges(allowedCalls(architecture), ALLOW),
    // What is newer than the list must look missing, so that programs take their older way.
    ...when(IF_GREATER, Math.max(...allowedCalls(architecture)), [NOT_IMPLEMENTED]),
    REFUSE,
  ]
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([code, jumpTrue, jumpFalse, operand], index) => {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(jumpTrue, index * 8 + 2)
    bytes.writeUInt8(jumpFalse, index * 8 + 3)
    bytes.writeUInt32LE(operand >>> 0, index * 8 + 4)
  })
  return bytes
}

function checked(architecture: Architecture): Instruction[] {
  const call = (name: Parameters<typeof checkedCall>[0], body: readonly Instruction[]): Instruction[] =>
    when(IF_EQUAL, checkedCall(name, architecture), body)
  return [
    // Its flags lie in memory, out of a filter's sight; the C library falls back to clone.
    ...call('clone3', [NOT_IMPLEMENTED]),
    ...call('clone', [argument(0), ...when(IF_ANY_BIT, NEW_NAMESPACE, [REFUSE]), ALLOW]),
    // The kernel reads 32 bits of the request, so what is set above them must not hide it.
    ...call('ioctl', [argument(1), ...when(IF_EQUAL, TIOCSTI, [KILL]), ...when(IF_EQUAL, TIOCLINUX, [KILL]), ALLOW]),
    ...call('personality', [
      argument(0),
      ...PERSONALITIES.flatMap((persona) => when(IF_EQUAL, persona, [ALLOW])),
      REFUSE,
    ]),
    ...call('socket', [
      argument(0),
      ...when(IF_EQUAL, AF_UNIX, [ALLOW]),
      // Only NETLINK_ROUTE, which getaddrinfo and the like use to list addresses.
      ...when(IF_EQUAL, AF_NETLINK, [argument(2), ...when(IF_EQUAL, 0, [ALLOW]), REFUSE]),
      ...when(IF_EQUAL, AF_INET, ipSocket()),
      ...when(IF_EQUAL, AF_INET6, ipSocket()),
      NO_SUCH_FAMILY,
    ]),
  ]
}

function ipSocket(): Instruction[] {
  return [
    argument(1),
    [AND, 0, 0, 0xf],
    ...when(IF_EQUAL, SOCK_RAW, [REFUSE]),
    ...when(IF_EQUAL, SOCK_PACKET, [REFUSE]),
    ALLOW,
  ]
}

/** The low 32 bits of an argument. */
function argument(index: number): Instruction {
  return [LOAD, 0, 0, 16 + index * 8]
}

function refuseWith(errno: number): Instruction {
  return [RETURN, 0, 0, 0x00050000 | errno]
}

function when(test: number, operand: number, body: readonly Instruction[]): Instruction[] {
  return [[test, 0, body.length, operand], ...body]
}

function unless(test: number, operand: number, body: readonly Instruction[]): Instruction[] {
  return [[test, body.length, 0, operand], ...body]
}

function inRanges(ascending: readonly number[], verdict: Instruction): Instruction[] {
  const ranges: { first: number; last: number }[] = []
  for (const number of ascending) {
    const open = ranges.at(-1)
    if (open !== undefined && number === open.last + 1) open.last = number
    else ranges.push({ first: number, last: number })
  }
  return ranges.flatMap(({ first, last }): Instruction[] => [
    [IF_AT_LEAST, 0, 2, first],
    [IF_GREATER, 1, 0, last],
    verdict,
  ])
}
