// Attempts that go for the kernel: system calls that change namespaces, look into other processes, load code, or go around the filter.
import { endsAs, fails, refusedAll, said } from './attempt.ts'
import type { Attempt } from './attempt.ts'

const REFUSED: Readonly<Record<string, readonly [what: string, ...calls: readonly string[]]>> = {
  mount: [
    'mount something',
    '165, 40, b"none", b"/tmp", b"tmpfs", 0, 0',
    '430, 430, b"tmpfs", 0',
    '428, 428, -100, b"/usr", 1',
    '429, 429, 3, b"", -100, b"/tmp", 4',
    '442, 442, -100, b"/", 0, 0, 0',
  ],
  umount: ['unmount what covers the reaper', '166, 39, b"/proc/1", 2'],
  chroot: ['change its root', '161, 51, b"/tmp"'],
  'user-namespace': ['make a nested user namespace', '272, 97, 0x10000000', '56, 220, 0x10000011, 0, 0, 0, 0'],
  namespaces: ['make other namespaces', '272, 97, 0x20000', '272, 97, 0x40000000', '56, 220, 0x20000011, 0, 0, 0, 0'],
  setns: ['join a namespace', '308, 268, 0, 0'],
  ptrace: ['trace the runner or itself', '101, 117, 16, 2, 0, 0', '101, 117, 0, 0, 0, 0'],
  'process-memory': [
    'read or write the memory of another process',
    '310, 270, 2, 0, 0, 0, 0, 0',
    '311, 271, 2, 0, 0, 0, 0, 0',
  ],
  pidfd: ['take the descriptors of another process', '438, 438, 3, 0, 0'],
  keyctl: [
    'use kernel keyrings',
    '250, 219, 0, -3, 1',
    '248, 217, b"user", b"name", b"x", 1, -3',
    '249, 218, b"user", b"name", 0, -3',
  ],
  bpf: ['load a bpf program', '321, 280, 5, 0, 0'],
  perf: ['watch the machine with perf events', '298, 241, 0, 0, -1, -1, 0'],
  userfaultfd: ['handle page faults of the kernel', '323, 282, 0'],
  'io-uring': [
    'go around the filter with io_uring',
    '425, 425, 8, 0',
    '426, 426, 3, 0, 0, 0, 0, 0',
    '427, 427, 3, 0, 0, 0',
  ],
  fanotify: ['watch file systems', '300, 262, 0, 0'],
  'clock-and-name': ['set the clock or the host name', '164, 170, 0, 0', '227, 112, 0, 0', '170, 161, b"x", 1'],
  dmesg: ['read the kernel log', '103, 116, 3, 0, 0'],
  quota: ['change quotas or accounting', '179, 60, 0, 0, 0, 0', '163, 89, 0'],
  personality: ['take on another personality', '135, 92, 0x0400000'],
  'name-to-handle': [
    'learn the handle of a file',
    '303, 264, -100, b"/etc/passwd", ctypes.create_string_buffer(128), ctypes.byref(ctypes.c_int()), 0',
  ],
}

/** What the kernel kills at once: nothing well-meant makes these calls. */
const ESCAPES: Readonly<Record<string, readonly [what: string, program: string]>> = {
  'pivot-root': ['swap its root for another', 'call(155, 41, b"/tmp", b"/tmp")'],
  'open-by-handle': ['open a file of the host by a handle', 'call(304, 265, -100, bytes(64), 0)'],
  module: ['load a kernel module', 'call(175, 105, 0, 0, b"")'],
  'module-file': ['load a kernel module from a file', 'call(313, 273, 0, b"", 0)'],
  kexec: ['start another kernel', 'call(246, 104, 0, 0, 0, 0)'],
  swap: ['switch swap on', 'call(167, 224, b"/tmp/x", 0)'],
  reboot: ['restart the machine', 'call(169, 142, 0xfee1dead, 672274793, 0x1234567)'],
  tiocsti: ['type into the terminal of its parent', 'import fcntl\nfcntl.ioctl(0, 0x5412, b"x")'],
  'tiocsti-hidden': ['hide a terminal command in the high bits of a request', 'call(16, 29, 0, 0x100005412, 0)'],
}

const PRIVILEGED_TOOLS = [
  'unshare -U true',
  'unshare -n true',
  'mount -t tmpfs none /mnt',
  'su -c id',
  'chroot /tmp true',
  'nsenter -t 2 -a true',
  'hostname x',
]
const NO_CAPABILITIES = `${['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => `${name}:${'0'.repeat(16)}`).join('\n')}\nNoNewPrivs:1\nSeccomp:2\n`

export const KERNEL_ATTEMPTS: readonly Attempt[] = [
  ...Object.entries(REFUSED).map(([id, [what, ...calls]]): Attempt => {
    const program = calls.map((args) => `call(${args})`).join('\n')
    return {
      id,
      what,
      layer: 'system calls',
      language: 'python',
      program: () => program,
      stopped: refusedAll(['EPERM']),
    }
  }),
  ...Object.entries(ESCAPES).map(([id, [what, program]]): Attempt => ({
    id,
    what,
    layer: 'system calls',
    language: 'python',
    program: () => program,
    stopped: endsAs('escape'),
    alone: true,
  })),
  {
    id: 'clone3',
    what: 'hide the flags of a new namespace in memory, where a filter can not see them',
    layer: 'system calls',
    language: 'python',
    program: () => 'call(435, 435, struct.pack("Q", 0x10000000) + bytes(80), 88)',
    stopped: refusedAll(['ENOSYS']),
  },
  {
    id: 'newer-calls',
    what: 'use system calls that are newer than the list',
    layer: 'system calls',
    language: 'python',
    program: () => 'call(600, 600)\ncall(1 << 20, 1 << 20)',
    stopped: refusedAll(['ENOSYS']),
  },
  {
    id: 'x32',
    what: 'make system calls of the x32 table',
    layer: 'system calls',
    language: 'python',
    program: () => 'call(0x40000000 + 39, 0)',
    stopped: refusedAll(['ENOSYS']),
    processor: 'x64',
  },
  {
    id: 'io-ports',
    what: 'reach the hardware by its ports',
    layer: 'system calls',
    language: 'python',
    program: () => 'call(172, 0, 3)',
    stopped: endsAs('escape'),
    alone: true,
    processor: 'x64',
  },
  {
    id: 'other-architecture',
    what: 'make system calls of another architecture',
    layer: 'system calls',
    language: 'python',
    // mov eax, 20 (getpid of the 32-bit table); int 0x80; ret
    program: () => `
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
`,
    stopped: endsAs('escape'),
    alone: true,
    processor: 'x64',
  },
  {
    id: 'privileged-tools',
    what: 'use tools that need privileges',
    layer: 'namespaces',
    language: 'shell',
    program: () => PRIVILEGED_TOOLS.map((tool) => `${tool} </dev/null 2>/dev/null && echo through`).join('\n'),
    stopped: (came) => came.result !== null && said(came).every((line) => line !== 'through'),
  },
  {
    id: 'capabilities',
    what: 'find a capability that was left to it',
    layer: 'namespaces',
    language: 'shell',
    program: () =>
      'grep -E "^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\\t"',
    stopped: ({ result }) => result?.stdout === NO_CAPABILITIES,
  },
  {
    id: 'sudo',
    what: 'become root by a program that may',
    layer: 'namespaces',
    language: 'shell',
    program: () => 'sudo -n true || su -c true root </dev/null || pkexec true',
    stopped: fails,
  },
]
