// The embedded sandbox and its fake, against what every sandbox promises of its way out.
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createMemorySandboxProvider } from '../../src/adapters/memory/sandbox.ts'
import type { MemorySandboxScript } from '../../src/adapters/memory/sandbox.ts'
import { createSandboxProvider } from '../../src/adapters/sandbox/bubblewrap-provider.ts'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import type { EgressTarget } from '../../src/core/vocabulary/egress.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { command } from '../contract/sandbox.ts'
import { sandboxEgressContract } from '../contract/sandbox-egress.ts'
import { LIMITS } from '../hostile/ground.ts'
import { listening, worldGate } from './egress-world.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'factotum-way-out-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))
let tasks = 0
const newTask = () => `way-out-${process.pid}-${(tasks += 1)}` as TaskId

async function succeeds(sandbox: Sandbox, text: string): Promise<boolean> {
  return (await sandbox.exec(command(text), new AbortController().signal)).exitCode === 0
}

sandboxEgressContract('bubblewrap', async (t, egress) => {
  const server = http.createServer((_, response) => response.end('here'))
  const egressGate = await worldGate({ 80: await listening(t, server) }, [])
  const provider = createSandboxProvider({ dataDir, log: () => undefined, say: () => undefined, egressGate })
  const { level, findings } = await provider.probe()
  if (level !== 'L1') {
    t.skip(findings.find(({ ok }) => !ok)?.detail ?? 'this machine has no sandbox')
    return null
  }
  const sandbox = await provider.open(newTask(), LIMITS, egress)
  t.after(() => sandbox.close())
  const get = ({ host, port }: EgressTarget) =>
    `require('http').get('http://${host}:${port}/', (r) => r.on('end', () => process.exit(r.statusCode === 200 ? 0 : 1)).resume()).on('error', () => process.exit(1))`
  return { sandbox, reach: (target) => succeeds(sandbox, `node -e "${get(target)}"`) }
})

/** `reach HOST PORT`: as a program would, by asking and telling whoever opened the sandbox. */
const reaching: MemorySandboxScript['exec'] = async ({ command: text }, _files, _task, egress) => {
  const [, host = '', port = ''] = text.split(' ')
  const target = { host, port: Number(port) }
  const verdict = egress?.decide(target)
  if (egress === null || verdict === undefined) return { exitCode: 1 }
  const reached = verdict.type === 'allow'
  const [address, bytes] = reached ? ['192.0.2.1', 4] : [null, 0]
  const about = { rule: verdict.rule, why: verdict.type === 'allow' ? null : verdict.why, secrets: [] }
  egress.report({ ...target, ...about, verdict: verdict.type, address, bytesOut: bytes, bytesIn: bytes })
  return { exitCode: reached ? 0 : 1 }
}

sandboxEgressContract('memory', async (_t, egress) => {
  const provider = createMemorySandboxProvider({ files: new Map(), script: { exec: reaching } })
  const sandbox = await provider.open(newTask(), LIMITS, egress)
  return { sandbox, reach: ({ host, port }) => succeeds(sandbox, `reach ${host} ${port}`) }
})
