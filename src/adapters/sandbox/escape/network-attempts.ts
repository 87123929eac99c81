// Attempts that go for the network: the internet, the host's own services, cloud metadata, raw packets, and the one way out there is.
import { refusedAll, said } from './attempt.ts'
import type { Attempt, Came } from './attempt.ts'

const NO_WAY = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ECONNREFUSED',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EADDRNOTAVAIL',
  'ENOENT',
  'SILENCE',
]

/** Connects to each in turn; prints what is heard, or the error. */
function connecting(...to: readonly string[]): string {
  return `
const net = require('node:net')
const reach = (...to) => new Promise((resolve) => {
  const socket = net.connect(...to)
  const end = (word) => { console.log(word); socket.destroy(); resolve() }
  socket.on('data', (bytes) => end(String(bytes).trim())).on('error', (error) => end(error.code)).setTimeout(2000, () => end('SILENCE'))
})
;(async () => { ${to.map((one) => `await reach(${one})`).join('; ')} })()`
}

const noWay = refusedAll(NO_WAY)
const TARGETS = [
  '169.254.169.254:80',
  '127.0.0.1:22',
  'localhost:22',
  '[::1]:22',
  '[::ffff:127.0.0.1]:22',
  '[fd00:ec2::254]:80',
  '0.0.0.0:22',
  '2130706433:22',
  '0x7f.1:22',
  '10.0.0.1:80',
  '192.168.0.1:80',
  '100.100.100.200:80',
]

/** Asks the proxy for each target by CONNECT; prints the status. */
function tunnels(targets: readonly string[]): string {
  return `
const net = require('node:net')
const ask = (target) => new Promise((resolve) => {
  const socket = net.connect(3128, '127.0.0.1', () => socket.write('CONNECT ' + target + ' HTTP/1.1\\r\\nHost: ' + target + '\\r\\n\\r\\n'))
  const end = (word) => { console.log(word); socket.destroy(); resolve() }
  socket.on('data', (bytes) => end(String(bytes).split(' ')[1])).on('close', () => end('closed')).on('error', (error) => end(error.code)).setTimeout(3000, () => end('SILENCE'))
})
;(async () => { for (const target of ${JSON.stringify(targets)}) await ask(target) })()`
}

const refusedByProxy = (came: Came): boolean =>
  came.result !== null &&
  said(came).length > 0 &&
  said(came).every((line) => /^(4\d\d|5\d\d|closed|ECONNRESET)$/.test(line))

const socketOf = (family: number, type: number, protocol = 0): string =>
  `attempt(lambda: socket.socket(${family}, ${type}, ${protocol}) and 'opened')`

export const NETWORK_ATTEMPTS: readonly Attempt[] = [
  {
    id: 'internet',
    what: 'reach the internet past the proxy',
    layer: 'namespaces',
    language: 'node',
    program: () => connecting(`80, '192.0.2.1'`, `80, '2001:db8::1'`, `80, 'example.com'`, `53, '127.0.0.53'`),
    stopped: noWay,
  },
  {
    id: 'metadata',
    what: "reach the cloud's metadata service",
    layer: 'namespaces',
    language: 'node',
    program: () => connecting(`80, '169.254.169.254'`, `80, 'fd00:ec2::254'`),
    stopped: noWay,
  },
  {
    id: 'host-loopback',
    what: "reach a server on the host's loopback address",
    layer: 'namespaces',
    language: 'node',
    program: ({ port }) => connecting(`${port}, '127.0.0.1'`, `${port}, '::1'`),
    stopped: noWay,
  },
  {
    id: 'host-sockets',
    what: 'reach a unix socket of the host, by path or by abstract name',
    layer: 'namespaces',
    language: 'node',
    program: ({ socket, abstractName }) => connecting(`'${socket}'`, `'\\0${abstractName}'`),
    stopped: noWay,
  },
  {
    id: 'raw-sockets',
    what: 'send raw packets',
    layer: 'system calls',
    language: 'python',
    program: () => [socketOf(2, 3, 1), socketOf(10, 3, 58), socketOf(2, 3, 255), socketOf(2, 10, 3)].join('\n'),
    stopped: refusedAll(['EPERM']),
  },
  {
    id: 'other-sockets',
    what: 'open packet, vsock, crypto, bluetooth and other kernel sockets',
    layer: 'system calls',
    language: 'python',
    program: () =>
      [
        socketOf(17, 3, 3),
        socketOf(40, 1),
        socketOf(38, 5),
        socketOf(31, 3),
        socketOf(15, 3, 2),
        socketOf(44, 3),
        socketOf(29, 3),
        socketOf(30, 5),
      ].join('\n'),
    stopped: refusedAll(['EAFNOSUPPORT']),
  },
  {
    id: 'netlink',
    what: 'listen to the kernel by netlink',
    layer: 'system calls',
    language: 'python',
    program: () =>
      `for protocol in (2, 9, 12, 15, 16):\n    attempt(lambda: socket.socket(16, 3, protocol) and 'opened')`,
    stopped: refusedAll(['EPERM']),
  },
  {
    id: 'change-network',
    what: 'change the network that it has',
    layer: 'namespaces',
    language: 'python',
    program: () =>
      `import fcntl\ns = socket.socket()\nattempt(lambda: fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0)))`,
    stopped: refusedAll(['EPERM']),
  },
  {
    id: 'interfaces',
    what: 'find an interface that leads out',
    layer: 'namespaces',
    language: 'shell',
    program: () => 'tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d " "',
    stopped: (came) => said(came).join() === 'lo',
  },
  {
    id: 'proxy-inwards',
    what: 'have the proxy lead it to the host, its network or the metadata service',
    layer: 'way out',
    language: 'node',
    program: ({ port }) => tunnels([...TARGETS, `127.0.0.1:${port}`]),
    stopped: refusedByProxy,
    wayOut: true,
    alone: true,
    timeoutMs: 60_000,
  },
  {
    id: 'proxy-smuggling',
    what: 'confuse the proxy about where a request goes',
    layer: 'way out',
    language: 'node',
    program: ({ port }) =>
      tunnels([
        `127.0.0.1:${port}@example.com:443`,
        `example.com:443\\r\\nX: 127.0.0.1:${port}`,
        `http://127.0.0.1:${port}/`,
        `../127.0.0.1:${port}`,
        `127.0.0.1%00.example.com:${port}`,
        '',
      ]),
    stopped: refusedByProxy,
    wayOut: true,
    alone: true,
    timeoutMs: 30_000,
  },
]
