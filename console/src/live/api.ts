// What the console asks of the API about tasks, conversations, memory and the platform.
import type { ModelLabel, ModelTier, UsageTotals } from '../../../src/core/vocabulary/usage.ts'
import type {
  ScopeName,
  WireArtifact,
  WireFact,
  WireHit,
  WireMemory,
  WireMemoryFile,
  WireMessage,
  WirePack,
  WireSource,
  WireTaken,
  WireTemplate,
  WireThread,
} from '../state/conversation.ts'
import type { WireEvent, WirePage, WireTask } from '../state/wire.ts'
import { createCall } from './call.ts'
import { controlCalls } from './control-calls.ts'

export type BotState = {
  readonly bot: string
  readonly username: string | null
  readonly state: string
  readonly detail: string
  readonly last_update_at: string | null
  readonly inbox: number
  readonly set_aside: number
  readonly outbox: number
  readonly ambiguous: number
}

export type AdminState = {
  readonly bots: readonly BotState[]
  readonly paused: boolean
  readonly counts: Readonly<Record<string, number>>
  readonly workers: readonly string[]
  readonly usage: UsageTotals
}
export type Platform = {
  readonly version: string
  readonly sandbox: {
    readonly level: string
    readonly backend: string
    readonly findings: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[]
  } | null
  readonly models: Readonly<Record<ModelTier, ModelLabel>>
  readonly limits: PlatformLimits
}
/** Null is no limit. */
export type PlatformLimits = {
  readonly requests_per_minute: number | null
  readonly requests_per_minute_all: number | null
  readonly tasks_at_once: number | null
  readonly input_characters: number
  readonly command_seconds: number
  readonly sandbox_memory_bytes: number
  readonly sandbox_processes: number
  readonly sandbox_disk_bytes: number
}

export type Api = ReturnType<typeof createApi>

/** `onSignedOut` is called whenever the server says that there is no session. */
export function createApi(onSignedOut: () => void) {
  const call = createCall(onSignedOut)
  const ofThread = (id: string) => `/v1/threads/${encodeURIComponent(id)}`
  const ofTask = (id: string) => `/v1/tasks/${encodeURIComponent(id)}`
  return {
    ...controlCalls(call),
    signIn: (token: string) => call<unknown>('POST', '/v1/session', { token }),
    listTasks: (cursor: string | null, limit: number) =>
      call<WirePage<WireTask>>(
        'GET',
        `/v1/tasks?limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      ),
    getTask: (id: string) => call<WireTask>('GET', ofTask(id)),
    getEvents: (id: string, after: number) => call<WirePage<WireEvent>>('GET', `${ofTask(id)}/events?after=${after}`),
    approve: (id: string, approvalId: string, always = false) =>
      call<WireTask>('POST', `${ofTask(id)}/approve`, { approval_id: approvalId, ...(always ? { always } : {}) }),
    reject: (id: string, approvalId: string, comment: string) =>
      call<WireTask>('POST', `${ofTask(id)}/reject`, {
        approval_id: approvalId,
        ...(comment === '' ? {} : { comment }),
      }),
    deliver: (
      id: string,
      wanted: { readonly pull_request: boolean; readonly branch?: string; readonly url?: string },
    ) => call<WireTask>('POST', `${ofTask(id)}/deliver`, wanted),
    abort: (id: string) => call<WireTask>('POST', `${ofTask(id)}/abort`, {}),
    listThreads: (limit: number) => call<WirePage<WireThread>>('GET', `/v1/threads?limit=${limit}`),
    getThread: (id: string) => call<WireThread>('GET', ofThread(id)),
    beginThread: () => call<WireThread>('POST', '/v1/threads', {}),
    listMessages: (id: string, before: string | null, limit: number) =>
      call<WirePage<WireMessage>>(
        'GET',
        `${ofThread(id)}/messages?limit=${limit}${before === null ? '' : `&before=${encodeURIComponent(before)}`}`,
      ),
    say: (
      id: string,
      said: {
        readonly text: string
        readonly external_id: string
        readonly artifact_ids: readonly string[]
        readonly template: string | null
      },
    ) => call<WireTaken>('POST', `${ofThread(id)}/messages`, said),
    uploadToThread: (id: string, file: File) =>
      call<WireArtifact>('POST', `${ofThread(id)}/artifacts?name=${encodeURIComponent(file.name)}`, file, {
        'content-type': file.type === '' ? 'application/octet-stream' : file.type,
      }),
    contextOf: (id: string, text: string) =>
      call<WirePack>('GET', `${ofThread(id)}/context?text=${encodeURIComponent(text)}`),
    listTemplates: () => call<{ readonly items: readonly WireTemplate[] }>('GET', '/v1/templates'),
    memory: () => call<WireMemory>('GET', '/v1/memory'),
    addFact: (text: string, scope: ScopeName) => call<WireFact>('POST', '/v1/memory/facts', { text, scope }),
    decideFact: (id: string, decision: 'keep' | 'drop') =>
      call<WireFact>('POST', `/v1/memory/facts/${encodeURIComponent(id)}/${decision}`, {}),
    writeMemoryFile: (file: WireMemoryFile) => call<WireMemoryFile>('PUT', '/v1/memory/files', file),
    listKnowledge: () => call<WirePage<WireSource>>('GET', '/v1/knowledge'),
    addKnowledge: (source: { readonly title: string; readonly text: string; readonly scope: ScopeName }) =>
      call<WireSource>('POST', '/v1/knowledge', source),
    removeKnowledge: (id: string) => call<null>('DELETE', `/v1/knowledge/${encodeURIComponent(id)}`),
    searchKnowledge: (words: string) =>
      call<WirePage<WireHit>>('GET', `/v1/knowledge/search?q=${encodeURIComponent(words)}`),
    adminState: () => call<AdminState>('GET', '/v1/admin/state'),
    pause: () => call<AdminState>('POST', '/v1/admin/pause', {}),
    resume: () => call<AdminState>('POST', '/v1/admin/resume', {}),
    platform: () => call<Platform>('GET', '/v1/platform'),
    signOut: () => call<null>('DELETE', '/v1/session'),
  }
}
