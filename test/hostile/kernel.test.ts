// Hostile programs that go for the kernel: system calls that change namespaces, look into other processes, load code.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SandboxGone } from '../../src/core/ports/sandbox.ts'
import { python, sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'mount something': [
    '165, 40, b"none", b"/tmp", b"tmpfs", 0, 0',
    '430, 430, b"tmpfs", 0',
    '428, 428, -100, b"/usr", 1',
    '429, 429, 3, b"", -100, b"/tmp", 4',
    '442, 442, -100, b"/", 0, 0, 0',
  ],
  'unmount something': ['166, 39, b"/proc/1", 2'],
  'change its root': ['161, 51, b"/tmp"'],
  'make a nested user namespace': ['272, 97, 0x10000000', '56, 220, 0x10000011, 0, 0, 0, 0'],
  'make other namespaces': ['272, 97, 0x20000', '272, 97, 0x40000000', '56, 220, 0x20000011, 0, 0, 0, 0'],
  'join a namespace': ['308, 268, 0, 0'],
  'trace another process': ['101, 117, 16, 2, 0, 0', '101, 117, 0, 0, 0, 0'],
  'read or write the memory of another process': ['310, 270, 2, 0, 0, 0, 0, 0', '311, 271, 2, 0, 0, 0, 0, 0'],
  'take the descriptors of another process': ['438, 438, 3, 0, 0'],
  'use kernel keyrings': [
    '250, 219, 0, -3, 1',
    '248, 217, b"user", b"name", b"x", 1, -3',
    '249, 218, b"user", b"name", 0, -3',
  ],
  'load a bpf program': ['321, 280, 5, 0, 0'],
  'watch the machine with perf events': ['298, 241, 0, 0, -1, -1, 0'],
  'handle page faults of the kernel': ['323, 282, 0'],
  'go around the filter with io_uring': ['425, 425, 8, 0', '426, 426, 3, 0, 0, 0, 0, 0', '427, 427, 3, 0, 0, 0'],
  'watch file systems': ['300, 262, 0, 0'],
  'set the clock or the host name': ['164, 170, 0, 0', '227, 112, 0, 0', '170, 161, b"x", 1'],
  'read the kernel log': ['103, 116, 3, 0, 0'],
  'change quotas or accounting': ['179, 60, 0, 0, 0, 0', '163, 89, 0'],
  'take on another personality': ['135, 92, 0x0400000'],
}

for (const [what, calls] of Object.entries(REFUSED)) {
  test(`tries to ${what}`, async (t) => {
    const sandbox = await shared(t)
    if (sandbox === null) return
    const result = await python(t, sandbox, calls.map((args) => `call(${args})`).join('\n'))
    if (result === null) return
    assert.deepEqual(
      result.stdout.trim().split('\n'),
      calls.map(() => 'EPERM'),
    )
  })
}

test('tries to hide the flags of a new namespace in memory, where a filter can not see them', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await python(t, sandbox, 'call(435, 435, struct.pack("Q", 0x10000000) + bytes(80), 88)')
  if (result !== null) assert.equal(result.stdout, 'ENOSYS\n')
})

test('tries to use calls that are newer than the list', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await python(t, sandbox, 'call(600, 600)\ncall(1 << 20, 1 << 20)')
  if (result !== null) assert.equal(result.stdout, 'ENOSYS\nENOSYS\n')
})

test('tries to use tools that need privileges', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  for (const tool of [
    'unshare -U true',
    'unshare -n true',
    'mount -t tmpfs none /mnt',
    'su -c id',
    'chroot /tmp true',
    'nsenter -t 2 -a true',
    'hostname x',
  ]) {
    assert.notEqual((await shell(sandbox, `${tool} < /dev/null`)).exitCode, 0, tool)
  }
})

test('tries to gain privileges from a program that runs as root', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const { stdout } = await shell(
    sandbox,
    'grep -E "^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\\t"',
  )
  const none = '0'.repeat(16)
  assert.equal(
    stdout,
    `CapInh:${none}\nCapPrm:${none}\nCapEff:${none}\nCapBnd:${none}\nCapAmb:${none}\nNoNewPrivs:1\nSeccomp:2\n`,
  )
})

const ESCAPES: Readonly<Record<string, string>> = {
  'swap its root for another': 'call(155, 41, b"/tmp", b"/tmp")',
  'open a file by a handle': 'call(304, 265, -100, bytes(64), 0)',
  'load a kernel module': 'call(175, 105, 0, 0, b"")',
  'load a kernel module from a file': 'call(313, 273, 0, b"", 0)',
  'start another kernel': 'call(246, 104, 0, 0, 0, 0)',
  'restart the machine': 'call(169, 142, 0xfee1dead, 672274793, 0x1234567)',
  'type into the terminal of its parent': 'import fcntl\nfcntl.ioctl(0, 0x5412, b"x")',
  'hide a terminal command in the high bits of a request': 'call(16, 29, 0, 0x100005412, 0)',
}

for (const [what, program] of Object.entries(ESCAPES)) {
  test(`tries to ${what}, which ends the sandbox`, async (t) => {
    const sandbox = await ground.open(t)
    if (sandbox === null) return
    if ((await shell(sandbox, 'command -v python3')).exitCode !== 0) return t.skip('there is no python3 in /usr')
    const gone = (error: unknown): boolean => error instanceof SandboxGone && error.end.reason === 'escape'
    await assert.rejects(python(t, sandbox, program), gone)
    assert.equal((await sandbox.ended).reason, 'escape')
    return undefined
  })
}

test('tries to make system calls of another architecture, which ends the sandbox', async (t) => {
  if (process.arch !== 'x64') return t.skip('only x64 processors have a second architecture')
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  if ((await shell(sandbox, 'command -v python3')).exitCode !== 0) return t.skip('there is no python3 in /usr')
  // mov eax, 20 (getpid of the 32-bit table); int 0x80; ret
  const program = `
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
`
  await assert.rejects(python(t, sandbox, program), SandboxGone)
  assert.equal((await sandbox.ended).reason, 'escape')
  return undefined
})

test('tries to make system calls of the x32 table', async (t) => {
  if (process.arch !== 'x64') return t.skip('only x64 processors have such a table')
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await python(t, sandbox, 'call(0x40000000 + 39, 0)')
  if (result !== null) assert.equal(result.stdout, 'ENOSYS\n')
  return undefined
})
