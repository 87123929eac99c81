// The runner: the one process of the platform inside a sandbox. It starts commands, moves files and opens ports on behalf
// of the host, holds nothing worth taking, and is believed nothing.
import { closeSync, readdirSync, readFileSync } from 'node:fs'
import { createCommands } from './commands.ts'
import { forwardEgress } from './egress.ts'
import { createFiles, errorToRefusal } from './files.ts'
import { createPorts } from './ports.ts'
import type { RunnerConfig, RunnerRequest } from './protocol.ts'
import { createWatch } from './watch.ts'
import { openWire } from './wire.ts'

const O_CLOEXEC = 0o2000000

const config: RunnerConfig = JSON.parse(process.argv[2] ?? '')
closeForeignDescriptors([0, 1, 2, 3, ...config.portSockets])
const wire = openWire((request) => {
  // The pieces of one file arrive as several requests and have to be taken in order.
  const task = (lanes.get(request.id) ?? Promise.resolve()).then(() => perform(request))
  if (request.op === 'write' && !request.last) lanes.set(request.id, task)
  else lanes.delete(request.id)
})
const lanes = new Map<number, Promise<void>>()
const commands = createCommands(wire)
const files = createFiles(wire)
const ports = createPorts(config.portSockets)
const watch = createWatch(wire, () => commands.running() > 0, config.watchMemoryBytes)

async function perform(request: RunnerRequest): Promise<void> {
  try {
    await answer(request)
  } catch (error) {
    const reason = errorToRefusal(error)
    const message = error instanceof Error ? error.message : String(error)
    wire.send(
      reason === null ? { type: 'broken', id: request.id, message } : { type: 'refused', id: request.id, reason },
    )
  }
}

async function answer(request: RunnerRequest): Promise<void> {
  switch (request.op) {
    case 'exec':
      watch.touched()
      await commands.exec(request)
      return watch.touched()
    case 'serve':
      watch.touched()
      return commands.serve(request)
    case 'cancel':
      return commands.cancel(request.id)
    case 'read':
      return files.read(request)
    case 'write':
      await files.write(request)
      return watch.touched()
    case 'list':
      return files.list(request)
    case 'open':
      await ports.open(request.slot, request.port)
      wire.send({ type: 'done', id: request.id })
  }
}

/** Whatever else was open when the platform itself was started must not reach a command. */
function closeForeignDescriptors(ours: readonly number[]): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (!ours.includes(fd) && !closesOnExec(fd)) closeSync(fd)
  }
}

function closesOnExec(fd: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0
  } catch {
    // It was the descriptor that the list itself was read with.
    return true
  }
}

if (config.egressSocket !== null) await forwardEgress(config.egressSocket)
wire.send({ type: 'ready' })
