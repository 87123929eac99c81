// Tools that run things: shell, search, serve.
import { z } from 'zod'
import { outputOf } from '../../quality/gate.ts'
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
    return { ok: result.exitCode === 0, output: `${ending}\n${outputOf(result, OUTPUT_BYTES)}`, touched: true }
  },
)

export const searchTool = defineTool(
  'search',
  'Searches the files for a regular expression (POSIX extended), and prints file:line:text.',
  z.object({ pattern: z.string().min(1).max(500), path: z.string().max(1_000).default('.') }),
  async (input, { sandbox, signal, limits }) => {
    const result = await sandbox.exec(
      {
        command:
          'grep -rInE -m 20 --exclude-dir=.git --exclude-dir=node_modules -e "$PATTERN" -- "$WHERE" | cut -c1-300 | head -n 200',
        cwd: '.',
        env: { PATTERN: input.pattern, WHERE: input.path },
        timeoutMs: limits.commandMs,
        maxOutputBytes: OUTPUT_BYTES,
      },
      signal,
    )
    if (result.stdout !== '')
      return { ok: true, output: outputOf({ stdout: result.stdout, stderr: '' }), touched: false }
    if (result.timedOut) return refused('The search took too long: narrow the path.')
    if (result.stderr !== '') return refused(outputOf({ stdout: '', stderr: result.stderr }))
    return { ok: true, output: 'Nothing found.', touched: false }
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
