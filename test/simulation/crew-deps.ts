// What the crew knows of the conversation, over memory: for a worker that is played, alone or among others.
import { createArchives } from '../../src/adapters/archives/zip.ts'
import { createMemoryConversationStore } from '../../src/adapters/memory/conversation-store.ts'
import { createMemoryFactStore } from '../../src/adapters/memory/fact-store.ts'
import { createMemoryIdentityStore } from '../../src/adapters/memory/identity-store.ts'
import { createMemoryLedger } from '../../src/adapters/memory/ledger.ts'
import { createMemoryMemoryFiles } from '../../src/adapters/memory/memory-files.ts'
import { createMemoryPacking } from '../../src/adapters/memory/packing.ts'
import { createNoImageBuilder } from '../../src/adapters/containers/no-image-builder.ts'
import { createMemoryTemplates } from '../../src/adapters/memory/templates.ts'
import type { TaskRecords } from '../../src/adapters/memory/task-records.ts'
import type { GatherDeps } from '../../src/core/context/gather.ts'
import { buildPromptPack } from '../../src/core/crew/prompt-pack.ts'
import type { CrewDeps } from '../../src/core/crew/run.ts'
import { proposeFacts } from '../../src/core/memory/propose.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import type { AcceptDeps } from '../../src/core/task/accept-request.ts'
import { playedCrew } from './played-crew.ts'

export type Memories = Omit<GatherDeps, 'store' | 'telemetry'>

export function createMemories(records: TaskRecords): Memories {
  return {
    conversations: createMemoryConversationStore(records),
    facts: createMemoryFactStore(),
    memoryFiles: createMemoryMemoryFiles(),
    identities: createMemoryIdentityStore(),
    lookUp: async () => [],
  }
}

type About = Pick<
  CrewDeps,
  | 'crew'
  | 'promptPack'
  | 'gather'
  | 'ledger'
  | 'confirmWork'
  | 'accept'
  | 'remember'
  | 'scanner'
  | 'archives'
  | 'codeHosts'
  | 'images'
  | 'templates'
  | 'packing'
>

/** As processes/platform.ts puts it together; the prompts are their own names. */
export function crewDeps(records: TaskRecords, memories: Memories, deps: AcceptDeps): About {
  const crew = playedCrew()
  return {
    crew,
    templates: createMemoryTemplates(),
    packing: createMemoryPacking(new Map()),
    promptPack: buildPromptPack({ rules: 'The rules.', crew, skills: [], commands: [] }, deps.ids.digest),
    gather: { ...memories, store: deps.store, telemetry: deps.telemetry },
    ledger: createMemoryLedger(records),
    confirmWork: 'always',
    archives: createArchives(),
    codeHosts: [],
    images: createNoImageBuilder('Nothing is built here.'),
    scanner: { scan: async () => [] },
    accept: (request) => acceptRequest(deps, request),
    remember: async (candidates, { thread, message, task }) => {
      await proposeFacts(
        { ...memories, ...deps },
        { thread, author: task.userId, message, taskId: task.id, candidates },
      )
    },
  }
}
