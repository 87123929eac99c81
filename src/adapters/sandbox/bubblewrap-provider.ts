// The embedded sandboxes: level L1, by way of bubblewrap, which is obtained at the first need.
import { existsSync } from 'node:fs'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { EgressGate } from '../../core/ports/egress-gate.ts'
import { SandboxGone } from '../../core/ports/sandbox.ts'
import type {
  Sandbox,
  SandboxEgress,
  SandboxEnd,
  SandboxLimits,
  SandboxProvider,
  SandboxReport,
} from '../../core/ports/sandbox.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import { taskOfWorktree } from '../../core/vocabulary/worktree.ts'
import { startSandbox } from './bubblewrap-sandbox.ts'
import { findCgroups } from './cgroup.ts'
import { openSandboxGate } from './egress.ts'
import type { SandboxGate } from './egress.ts'
import { launch } from './launch.ts'
import { findGit, obtainBubblewrap, obtainGit } from './obtain-programs.ts'
import type { Bubblewrap } from './obtain-programs.ts'
import { openPortSockets, sweepPortSockets } from './port-sockets.ts'
import { report } from './probe.ts'
import { runningSandboxes } from './running.ts'
import { SEARCH_PATH } from './run-program.ts'
import { sandboxUser } from './sandbox-user.ts'
import type { SandboxUser } from './sandbox-user.ts'
import { seccompFilter } from './seccomp-filter.ts'
import { readLatch } from './stop-latch.ts'
import { prepareToolbox } from './toolbox.ts'
import { filesFolder, unlockFiles } from './workspace-folders.ts'

type Options = {
  readonly dataDir: string
  readonly log: Telemetry['log']
  /** Told in one line what is done to the machine: installing or unpacking bubblewrap. */
  readonly say: (line: string) => void
  /** Where programs are looked for. */
  readonly searchPath?: readonly string[]
  /** The way out, for sandboxes that are opened with an egress; without it those can't be opened. */
  readonly egressGate?: EgressGate
}

const PORTS = 16
const LOOK_AGAIN_MS = 60_000
/** What we look with is no work of anybody's. */
const PROBE = 'probe'
const STOPPED: SandboxEnd = { reason: 'closed', detail: 'everything is stopped' }
const PROBE_LIMITS: SandboxLimits = { memoryBytes: 256 * 1024 ** 2, processes: 64, diskBytes: 1024 ** 2 }

/** Nothing is looked at, obtained or written before the first call. */
export function createSandboxProvider(options: Options): SandboxProvider {
  const { dataDir, log, say, searchPath = SEARCH_PATH, egressGate } = options
  const running = runningSandboxes(dataDir)
  let opened = 0
  const ground = once(async () => {
    const architecture = process.arch
    if (process.platform !== 'linux' || (architecture !== 'x64' && architecture !== 'arm64')) {
      throw new Error(unsupported(process.platform, architecture))
    }
    const bubblewrap = await obtainBubblewrap({ dataDir, say, searchPath })
    if (bubblewrap.type === 'missing') throw new Error(bubblewrap.reason)
    await obtainGit({ say, searchPath })
    const [tools] = await Promise.all([prepareToolbox(dataDir, searchPath), sweepPortSockets()])
    return { bubblewrap, tools, cgroups: findCgroups(), seccomp: seccompFilter(architecture) }
  })

  async function boot(
    name: string,
    user: SandboxUser,
    workspace: string,
    limits: SandboxLimits,
    egress?: SandboxEgress,
  ): Promise<Sandbox> {
    const { bubblewrap, tools, cgroups, seccomp } = await ground()
    opened += 1
    const cgroup = cgroups.create(`${process.pid}-${opened}-${name}`, limits)
    if (cgroup === null && cgroups.version !== null) {
      log('warn', 'No control group could be made for a sandbox: its memory is limited by process and watched', {
        name,
      })
    }
    const sockets = await openPortSockets(PORTS)
    const portDescriptors = sockets.descriptors
    let gate: SandboxGate | null = null
    try {
      gate = egress === undefined ? null : await openGate(egress, sockets.folder, user)
      const place = { bubblewrap, tools, user, workspace, limits, cgroup, seccomp }
      const launched = launch({ ...place, portDescriptors, egress: gate })
      // In the same tick: whoever stops everything finds it from now on.
      const { pid } = launched.child
      const note = pid === undefined || name === PROBE ? null : running.note(name, 'sandbox', pid)
      void launched.started.then((init) => note?.hasInit(init))
      return await startSandbox({ launched, cgroup, sockets, limits, note, gate })
    } catch (error) {
      await gate?.close()
      await sockets.handOver()
      await sockets.remove()
      cgroup?.remove()
      throw error
    }
  }

  async function openGate(egress: SandboxEgress, folder: string, user: SandboxUser): Promise<SandboxGate> {
    if (egressGate === undefined) throw new Error('A sandbox with a way out was asked for, but there is none here.')
    return openSandboxGate(egressGate, egress, folder, user)
  }

  async function look(): Promise<SandboxReport> {
    let bubblewrap: Bubblewrap | null = null
    let problem: string | null = null
    try {
      bubblewrap = (await ground()).bubblewrap
      await bootOnce()
    } catch (error) {
      problem = messageOf(error)
    }
    const cgroups = bubblewrap === null ? null : (await ground()).cgroups
    return report({ bubblewrap, problem, cgroups, git: findGit(searchPath), user: sandboxUser(PROBE) })
  }

  // What works is looked at once; what does not may have been one bad moment, or be mended by a person meanwhile.
  let known: { readonly at: number; readonly report: Promise<SandboxReport> } | null = null
  async function probed(): Promise<SandboxReport> {
    if (known !== null && performance.now() - known.at > LOOK_AGAIN_MS && (await known.report).level === 'L0')
      known = null
    known ??= { at: performance.now(), report: look() }
    return known.report
  }

  async function bootOnce(): Promise<void> {
    const workspace = await mkdtemp(join(tmpdir(), 'factotum-probe-'))
    const user = sandboxUser(PROBE)
    try {
      if (user.dedicated) await chown(workspace, user.uid, user.gid)
      const sandbox = await boot(PROBE, user, workspace, PROBE_LIMITS)
      try {
        const command = { command: 'true', cwd: '.', env: {}, timeoutMs: 5_000, maxOutputBytes: 1_000 }
        const { exitCode, stderr } = await sandbox.exec(command, new AbortController().signal)
        if (exitCode !== 0) throw new Error(`a command in the sandbox failed: ${stderr.trim()}`)
      } finally {
        await sandbox.close()
      }
    } finally {
      await rm(workspace, { recursive: true, force: true })
    }
  }

  return {
    probe: probed,
    kill: (taskIds) => running.end(taskIds),
    open: async (worktree, limits, egress) => {
      if (readLatch(dataDir) !== null) throw new SandboxGone(STOPPED)
      const { level, findings } = await probed()
      if (level === 'L0') {
        const details = findings.filter(({ ok, name }) => !ok && name === 'sandbox').map(({ detail }) => detail)
        throw new Error(`Untrusted commands are refused on this machine: ${details.join(' ')}`)
      }
      const user = sandboxUser(worktree)
      const workspace = filesFolder(resolve(dataDir), worktree)
      if (!existsSync(workspace)) {
        await mkdir(workspace, { recursive: true, mode: 0o700 })
        if (user.dedicated) await chown(workspace, user.uid, user.gid)
      }
      await unlockFiles(resolve(dataDir), worktree)
      await running.end([worktree])
      const sandbox = await boot(worktree, user, workspace, limits, egress)
      // Whoever latched after the first look may have looked for sandboxes before this one was noted.
      if (readLatch(dataDir) !== null) {
        await sandbox.close()
        throw new SandboxGone(STOPPED)
      }
      void sandbox.ended.then(({ reason, detail }) => {
        const fields = { task_id: taskOfWorktree(worktree), worktree, reason, detail }
        log(reason === 'closed' ? 'debug' : 'warn', 'sandbox ended', fields)
      })
      return sandbox
    },
  }
}

function unsupported(platform: string, architecture: string): string {
  return platform === 'linux'
    ? `The embedded sandbox knows x64 and arm64 processors, not ${architecture}.`
    : `The embedded sandbox needs Linux: on ${platform} install a container engine (Docker Desktop or Podman) and run Factotum in its Linux container.`
}

/** Does `work` at the first call and gives every caller its outcome; a failure is tried again at the next call. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | null = null
  return () => {
    started ??= work().catch((error: unknown) => {
      started = null
      throw error
    })
    return started
  }
}
