// Previews over HTTP: each on a loopback port of its own, or, where a wildcard domain leads here, on a host name of its own.
import type { PreviewId, TaskId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { PreviewRecord } from '../../core/ports/preview-store.ts'
import type { Preview, Previews } from '../../core/ports/previews.ts'
import { createHostRouter, urlOf } from './host-router.ts'
import type { HostRouter, HostRouterDeps } from './host-router.ts'
import { openListener } from './listener.ts'
import type { Listener, PortRange } from './listener.ts'

export type PreviewsDeps = HostRouterDeps & {
  readonly ids: Ids
  /** The process that holds the sandboxes. */
  readonly worker: WorkerId
  /** How long a preview stays open at most. */
  readonly keepMs: number
  /** e.g. `https://*.preview.example.com`; null gives each preview a loopback port. */
  readonly previewUrl: string | null
  /** Ports to take for previews; any that is free when left out. */
  readonly ports?: PortRange
}

export type HttpPreviews = Previews & {
  /** For the main server, which asks it first; null without a wildcard domain. */
  readonly hosts: HostRouter | null
  /** Ends every preview of this process. */
  readonly closeAll: () => Promise<void>
}

type Held = { readonly preview: Preview; readonly listener: Listener | null; readonly expiry: NodeJS.Timeout }

const MAX_TIMER_MS = 2 ** 31 - 1

export function createPreviews(deps: PreviewsDeps): HttpPreviews {
  const hosts = deps.previewUrl === null ? null : createHostRouter(deps, deps.previewUrl)
  const held = new Map<PreviewId, Held>()

  function drop(id: PreviewId): void {
    const it = held.get(id)
    if (it !== undefined) clearTimeout(it.expiry)
    held.delete(id)
    it?.listener?.close()
    hosts?.cut(id)
  }

  async function publish(id: PreviewId, port: number, socketPath: string) {
    if (deps.previewUrl !== null) return { url: urlOf(deps.previewUrl, id), listener: null }
    const listener = await openListener({ id, port, socketPath, ports: deps.ports ?? null })
    return { url: `http://127.0.0.1:${listener.port}/${id}/`, listener }
  }

  function heldBy(taskId: TaskId, port: number | null): readonly PreviewId[] {
    return [...held.values()]
      .filter(({ preview }) => preview.taskId === taskId && (port === null || preview.port === port))
      .map(({ preview }) => preview.id)
  }

  async function close(taskId: TaskId): Promise<readonly Preview[]> {
    for (const id of heldBy(taskId, null)) drop(id)
    const records = await deps.store.takeOfTask(taskId)
    return records.map(toPreview)
  }

  return {
    open: async (taskId, port, socketPath) => {
      for (const id of heldBy(taskId, port)) drop(id)
      const id = deps.ids.unguessable<PreviewId>()
      const { url, listener } = await publish(id, port, socketPath)
      const expiresAt = new Date(deps.clock.now().getTime() + deps.keepMs)
      const preview: Preview = { id, taskId, port, url, expiresAt }
      const expiry = setTimeout(() => drop(id), Math.min(deps.keepMs, MAX_TIMER_MS))
      expiry.unref()
      held.set(id, { preview, listener, expiry })
      try {
        await deps.store.save({ ...preview, socketPath, worker: deps.worker })
      } catch (error) {
        drop(id)
        throw error
      }
      return preview
    },
    close,
    hosts,
    closeAll: async () => {
      const tasks = new Set([...held.values()].map(({ preview }) => preview.taskId))
      await Promise.all([...tasks].map(close))
    },
  }
}

function toPreview({ id, taskId, port, url, expiresAt }: PreviewRecord): Preview {
  return { id, taskId, port, url, expiresAt }
}
