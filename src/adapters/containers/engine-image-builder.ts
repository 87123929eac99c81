// Images built with the host's own engine from a copy of a workspace. The operator turns it on: what a Dockerfile says runs with that
// engine's rights, outside of the sandbox. So it gets no network, no secret, and no image that is not on the machine already.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ImageBuild, ImageBuilder } from '../../core/ports/image-builder.ts'
import type { Workspaces } from '../../core/ports/workspaces.ts'

type Engine = 'docker' | 'podman' | 'buildah'

type Options = {
  readonly engine: Engine
  readonly workspaces: Pick<Workspaces, 'exportTo'>
  /** Copies are made below it. */
  readonly folder: string
  readonly now: () => number
  /** Another path to the engine's program, and what its environment has beside PATH and HOME. */
  readonly program?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

const BUILD_MS = 10 * 60_000
const SHORT_MS = 20_000
const OUTPUT_CHARACTERS = 16_000
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function createEngineImageBuilder(options: Options): ImageBuilder {
  const { engine, workspaces, folder, now, program = engine, timeoutMs = BUILD_MS } = options
  const env = { PATH: SEARCH_PATH, HOME: homedir(), ...options.env }
  let last: Promise<unknown> = Promise.resolve()

  const call = (args: readonly string[], ms: number, signal?: AbortSignal) => runProgram(program, args, env, ms, signal)

  async function build(
    files: Parameters<ImageBuilder['build']>[0],
    target: Parameters<ImageBuilder['build']>[1],
    signal: AbortSignal,
  ): Promise<ImageBuild> {
    const began = now()
    const refused = (reason: string): ImageBuild => ({
      type: 'refused',
      reason,
      exitCode: null,
      durationMs: now() - began,
      output: '',
    })
    if (signal.aborted) return refused('The work was stopped.')
    for (const image of target.images) {
      const there = await call(
        engine === 'buildah' ? ['inspect', '--type', 'image', image] : ['image', 'inspect', image],
        SHORT_MS,
        signal,
      )
      if (there.exitCode !== 0)
        return refused(`The image ${image} is not on this machine, and nothing is fetched for a build.`)
    }
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const copy = await mkdtemp(join(folder, 'build-'))
    const name = `factotum-check-${randomUUID()}`
    try {
      await workspaces.exportTo(files, copy)
      const args = argumentsOf(engine, name, join(copy, target.dockerfile), join(copy, target.context))
      const { exitCode, output, ended } = await call(args, timeoutMs, signal)
      const durationMs = now() - began
      if (exitCode === 0) return { type: 'built', reason: null, exitCode, durationMs, output }
      const why = {
        time: `It was still running after ${timeoutMs / 1_000} seconds.`,
        stopped: 'The work was stopped.',
        exit: `It ended with exit code ${exitCode}.`,
      }[ended]
      return { type: 'failed', reason: why, exitCode, durationMs, output }
    } finally {
      await call(engine === 'buildah' ? ['rmi', '--force', name] : ['image', 'rm', '--force', name], SHORT_MS).catch(
        () => undefined,
      )
      await rm(copy, { recursive: true, force: true })
    }
  }

  return {
    available: async () => {
      try {
        const { exitCode, output } = await call(
          engine === 'buildah' ? ['--version'] : ['version', '--format', '{{.Server.Version}}'],
          SHORT_MS,
        )
        const version = /\d+\.\d+(?:\.\d+)?/.exec(output)?.[0]
        if (exitCode === 0) return { type: 'available', name: version === undefined ? engine : `${engine} ${version}` }
        return { type: 'unavailable', reason: `${engine} does not answer on this machine.` }
      } catch {
        return { type: 'unavailable', reason: `${engine} is not installed on this machine.` }
      }
    },
    build: (files, target, signal) => {
      const next = last.then(() => build(files, target, signal))
      last = next.catch(() => undefined)
      return next
    },
  }
}

function argumentsOf(engine: Engine, name: string, file: string, context: string): readonly string[] {
  const common = ['--network', 'none', '--no-cache', '--force-rm', '--tag', name, '--file', file, context]
  return engine === 'docker'
    ? ['build', ...common]
    : ['build', engine === 'buildah' ? '--pull-never' : '--pull=never', ...common]
}

type Ran = { readonly exitCode: number | null; readonly output: string; readonly ended: 'exit' | 'time' | 'stopped' }

/** In a process group of its own, which is killed as a whole. Rejects where the program can't be started. */
function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ms: number,
  signal?: AbortSignal,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let [output, ended]: [string, Ran['ended']] = ['', 'exit']
    const kill = (why: Ran['ended']) => {
      ended = why
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It was over already.
      }
    }
    const stop = () => kill('stopped')
    const timer = setTimeout(() => kill('time'), ms)
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
    const take = (bytes: Buffer) => void (output = `${output}${bytes.toString('utf8')}`.slice(-4 * OUTPUT_CHARACTERS))
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    signal?.addEventListener('abort', stop, { once: true })
    child.once('error', (error) => {
      done()
      reject(new Error(`${program} can't be started`, { cause: error }))
    })
    child.once('close', (exitCode) => {
      done()
      resolve({ exitCode, output: plain(output).slice(-OUTPUT_CHARACTERS), ended })
    })
  })
}

function plain(text: string): string {
  return text
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|.)/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
