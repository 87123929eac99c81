// A tiny stand-in for the crew: runs a model's tool calls in a temporary folder, so that what it writes can be tried out.
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { planSchema } from '../../src/core/crew/plan-schema.ts'
import type { ChatMessage, ChatRequest, Models } from '../../src/core/ports/models.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import type { JsonObject } from '../../src/core/vocabulary/json.ts'
import type { Plan, RoleName } from '../../src/core/vocabulary/plan.ts'
import { isObject } from './turn.ts'

const PLAN = planSchema({ roles: ['coder', 'executor', 'tester'], templates: [] })

export type ToolResult = {
  readonly tool: string
  readonly input: JsonObject
  readonly output: string
  readonly ok: boolean
}
export type Ending = { readonly summary: string; readonly evidence: readonly string[] }
export type AgentOptions = {
  readonly request: string
  readonly subject: string
  readonly role: RoleName
  readonly folder: string
  /** The first so many writes fail. */
  readonly failWrites?: number
  /** The first so many shell commands fail. */
  readonly failShell?: number
  /** The first so many ports say that they are taken. */
  readonly takenPorts?: number
  /** Told of every server: the port that was asked for, the real one, its process. */
  readonly onServe?: (server: ServedProcess) => void
}
type ServedProcess = { readonly port: number; readonly realPort: number; readonly child: ChildProcess }

const MOST_TURNS = 25

/** Makes a temporary folder with these files, and removes it afterwards. */
export async function inFolder(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const outer = await mkdtemp(join(tmpdir(), 'tiny-crew-'))
  const folder = join(outer, 'workspace')
  await mkdir(folder)
  await mkdir(scratchOf(folder))
  try {
    for (const [path, content] of Object.entries(files)) await writeInto(folder, path, content)
    await use(folder)
  } finally {
    await rm(outer, { recursive: true, force: true })
  }
}

/** What commands find as their temporary folder. */
function scratchOf(folder: string): string {
  return join(folder, '..', 'scratch')
}

/** A request as the crew would send it, for a turn and for an object. */
export function askFor({
  request,
  subject,
  role,
  files,
}: {
  readonly request: string
  readonly subject: string
  readonly role: RoleName
  readonly files: readonly string[]
}) {
  const text = `<request>\n${request.replaceAll('</request', '<\\/request')}\n</request>\n\nSubtask: ${subject}.\n\n<files>\n${files.join('\n')}\n</files>`
  const shared = {
    tier: 'main' as const,
    purpose: { taskId: '01890000-0000-7000-8000-000000000001' as TaskId, role, step: subject, subject },
    system: 'You are one of a crew.',
    maxOutputTokens: 8_000,
    deadlineMs: 60_000,
  }
  const chat: ChatRequest = { ...shared, messages: [{ role: 'user', text }], tools: [] }
  return { request: chat, object: { ...shared, prompt: text } }
}

/** Plans the request and lets one agent after the other work on it. `stop` ends what was served. */
export async function runPlan(
  models: Models,
  request: string,
  folder: string,
  options: { readonly takenPorts?: number } = {},
) {
  const { object } = askFor({ request, subject: 'plan', role: 'planner', files: await filesIn(folder) })
  const { value } = await models.object({ ...object, schemaName: 'plan', schema: PLAN }, new AbortController().signal)
  const plan: Plan = value
  const served: ServedProcess[] = []
  const endings: Ending[] = []
  const results: ToolResult[] = []
  const stop = async (): Promise<void> => {
    for (const { child } of served) await stopped(child)
  }
  try {
    for (const { id, role } of plan.subtasks) {
      const agent = await runAgent(models, {
        request,
        subject: id,
        role,
        folder,
        ...options,
        onServe: (server) => void served.push(server),
      })
      endings.push(agent.ending)
      results.push(...agent.results)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { plan, endings, results, ports: served.map(({ realPort }) => realPort), stop }
}

/** One agent until it calls `finish`. */
export async function runAgent(
  models: Models,
  options: AgentOptions,
): Promise<{ readonly results: readonly ToolResult[]; readonly ending: Ending }> {
  const { request } = askFor({ ...options, files: await filesIn(options.folder) })
  const messages: ChatMessage[] = [...request.messages]
  const results: ToolResult[] = []
  const served = new Map<number, number>()
  const left = { writes: options.failWrites ?? 0, shell: options.failShell ?? 0, ports: options.takenPorts ?? 0 }
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const answer = await models.chat({ ...request, messages }, new AbortController().signal)
    messages.push({
      role: 'assistant',
      text: answer.text,
      toolCalls: answer.toolCalls,
      providerData: answer.providerData,
    })
    if (answer.toolCalls.length === 0) throw new Error(`The agent stopped without finishing: ${answer.text}`)
    for (const { id, tool, input } of answer.toolCalls) {
      const fields = isObject(input) ? input : {}
      if (tool === 'finish') return { results, ending: endingOf(fields) }
      const { output, ok } = await useTool(tool, fields, options, left, served)
      results.push({ tool, input: fields, output, ok })
      messages.push({ role: 'tool', callId: id, tool, output, ok })
    }
  }
  throw new Error(`The agent did not finish within ${MOST_TURNS} turns.`)
}

async function useTool(
  tool: string,
  input: JsonObject,
  options: AgentOptions,
  left: { writes: number; shell: number; ports: number },
  served: Map<number, number>,
): Promise<{ output: string; ok: boolean }> {
  const { folder } = options
  switch (tool) {
    case 'write': {
      if (left.writes > 0) {
        left.writes -= 1
        return { output: 'no space left', ok: false }
      }
      await writeInto(folder, String(input['path']), String(input['content']))
      return { output: 'written', ok: true }
    }
    case 'read':
      return { output: await readFile(join(folder, String(input['path'])), 'utf8'), ok: true }
    case 'shell': {
      if (left.shell > 0) {
        left.shell -= 1
        return { output: 'exit code 1\nit broke', ok: true }
      }
      let command = String(input['command'])
      for (const [port, real] of served) command = command.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(real))
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const run = spawnSync('sh', ['-c', command], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...env, TMPDIR: scratchOf(folder) },
        timeout: Number(input['timeout_seconds'] ?? 60) * 1000,
      })
      return { output: `exit code ${run.status ?? -1}\n${run.stdout}${run.stderr}`, ok: true }
    }
    case 'serve': {
      if (left.ports > 0) {
        left.ports -= 1
        return { output: 'exit code 1\nError: listen EADDRINUSE: address already in use', ok: false }
      }
      const port = Number(input['port'])
      const realPort = await freePort()
      const child = spawn('sh', ['-c', String(input['command']).replace(`PORT=${port}`, `PORT=${realPort}`)], {
        cwd: folder,
        stdio: 'ignore',
        detached: true,
      })
      served.set(port, realPort)
      options.onServe?.({ port, realPort, child })
      return (await isListening(realPort))
        ? { output: 'listening', ok: true }
        : { output: 'it does not listen', ok: false }
    }
    default:
      return { output: `there is no tool ${tool}`, ok: false }
  }
}

function endingOf(input: JsonObject): Ending {
  const evidence = Array.isArray(input['evidence']) ? input['evidence'].map(String) : []
  return { summary: String(input['summary']), evidence }
}

async function writeInto(folder: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function isListening(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (connected) return true
    await sleep(50)
  }
  return false
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  process.kill(-child.pid, 'SIGKILL')
  await closed
}
