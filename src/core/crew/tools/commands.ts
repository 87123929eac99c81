// Tools that run things: shell, serve.
import { z } from 'zod'
import { outputOf } from '../../quality/plain-output.ts'
import { limitSentence } from '../../vocabulary/limit.ts'
import { defineTool, refused } from './tool.ts'

const OUTPUT_BYTES = 30_000
const MAX_SECONDS = 300

export const shellTool = defineTool(
  'shell',
  'Runs a command with /bin/sh in the workspace and waits for it. Package indexes are reached through the proxy in the ' +
    'environment; for another host, and before anything is sent, a person is asked. Secrets are variables that hold ' +
    'placeholders, put in on the way to their hosts. For a server use serve.',
  z.object({
    command: z.string().min(1).max(100_000),
    timeout_seconds: z.number().int().min(1).max(MAX_SECONDS).optional(),
  }),
  async (input, { sandbox, signal, onOutput, limits }) => {
    const asked = input.timeout_seconds === undefined ? limits.commandMs : input.timeout_seconds * 1_000
    const timeoutMs = Math.min(asked, limits.commandMs)
    const result = await sandbox.exec(
      { command: input.command, cwd: '.', env: {}, timeoutMs, maxOutputBytes: OUTPUT_BYTES },
      signal,
      onOutput,
    )
    const ending = result.timedOut
      ? `timed out after ${timeoutMs / 1_000} seconds`
      : result.exitCode === null
        ? `ended by ${result.signal}`
        : `exit code ${result.exitCode}`
    const output = `${ending}\n${outputOf(result, OUTPUT_BYTES)}`
    if (result.outOfMemory !== true) return { ok: result.exitCode === 0, output, touched: true }
    const allowed = limits.sandbox.memoryBytes
    const met = { limit: 'memory an agent', used: allowed, allowed }
    return { ok: false, output: `${limitSentence(met)}\n${output}`, touched: true, met }
  },
)

export const serveTool = defineTool(
  'serve',
  'Starts a long-running server in the workspace and publishes its port. The command gets PORT in its environment and must listen on 127.0.0.1 or 0.0.0.0.',
  z.object({ command: z.string().min(1).max(4_000), port: z.number().int().min(1_024).max(65_535) }),
  async (input, { sandbox, signal, publish }) => {
    const served = { port: input.port, command: input.command, cwd: '.' }
    const process = await sandbox.serve(
      { ...served, env: { PORT: String(input.port) }, readyTimeoutMs: 30_000 },
      signal,
    )
    if (process.type === 'failed') return refused(`${process.reason}\n${process.output}`)
    const url = await publish(served)
    return { ok: true, output: `It listens on port ${input.port}; people reach it at ${url}`, touched: true, served }
  },
)
