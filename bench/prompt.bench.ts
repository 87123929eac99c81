// What a model call costs before a word of the request is said, and with as much of a conversation as is ever told. Counted by a
// provider's tokenizer: these rows are the same on every machine, and one round is enough.
import { readFile } from 'node:fs/promises'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { readConfig } from '../src/config.ts'
import { buildContextPack, CONTEXT_MESSAGES } from '../src/core/context/context-pack.ts'
import type { ContextMaterial } from '../src/core/context/context-pack.ts'
import type { MemoryFileName } from '../src/core/ports/memory-files.ts'
import type { FactId, MessageId, SourceId, ThreadId } from '../src/core/vocabulary/ids.ts'
import { SHARED } from '../src/core/vocabulary/memory.ts'
import { OWNER } from '../src/core/vocabulary/principal.ts'
import { promptOverheads } from '../test/support/prompt-overhead.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'

const OVERHEAD = 1_500
/** None of them is installed here and measured: it stands beside our figures, and is no baseline. */
const PEERS = 'published of peers: 13,900 and 14,466'

export const benchmark: Benchmark = {
  name: 'prompt',
  run: async (context) => {
    const overheads = await promptOverheads()
    const most = Math.max(...overheads.map(({ all }) => all))
    // The router, which begins with the most, is never given the whole of a pack.
    const coder = overheads.find(({ name }) => name === 'coder')?.all ?? Number.NaN
    const budget = readConfig(context.directory, {}).CONTEXT_TOKENS
    const pack = buildContextPack(await material(), budget)
    const told = pack.sections.every((section) => section.left_out > 0 || section.name === 'rules')
    if (!told) throw new Error('The pack has room left')
    const full = countTokens(pack.text)
    const row = { unit: 'tokens', baseline: null, goal: null }
    return [
      ...overheads.map(({ name, all }) => ({
        ...row,
        name: `fixed part of every call, ${name}`,
        ours: [all],
        goal: within(OVERHEAD),
      })),
      { ...row, name: 'fixed part of every call, the most', ours: [most], goal: within(OVERHEAD), note: PEERS },
      {
        ...row,
        name: `context pack with more to tell than its ${budget.toLocaleString('en')} tokens`,
        ours: [full],
        goal: within(budget),
      },
      { ...row, name: 'both, at the most (coder), before the request', ours: [coder + full] },
    ]
  },
}

/** More of everything than there is room for, in words of the project's own documents. */
async function material(): Promise<ContextMaterial> {
  const [talk, code, manual] = await Promise.all([
    paragraphs('../docs/architecture.md'),
    paragraphs('../src/core/context/context-pack.ts'),
    paragraphs('../docs/operations.md'),
  ])
  const at = new Date(0)
  const by = { scope: SHARED, confidence: 1, quote: null, from: OWNER, messageId: null, taskId: null, rule: null }
  const kept = { proposedBy: 'person', status: 'kept', decidedBy: OWNER, createdAt: at, decidedAt: at } as const
  const file = (name: string, text: string) => ({ scope: SHARED, name: name as MemoryFileName, text })
  return {
    messages: Array.from({ length: CONTEXT_MESSAGES }, (_, index) => ({
      id: `${index}` as MessageId,
      threadId: 'thread' as ThreadId,
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      author: OWNER,
      authorName: 'Ada',
      text: [talk[index % talk.length], code[index % code.length]].join('\n\n'),
      taskId: null,
      inContext: true,
      createdAt: at,
      artifacts: [],
    })),
    work: [],
    facts: [
      { ...by, ...kept, id: 'rule' as FactId, kind: 'constraint', text: 'Never touch production.', rule: 'never' },
      ...talk.map((text, index) => ({ ...by, ...kept, id: `${index}` as FactId, kind: 'fact' as const, text })),
    ],
    files: [file('SOUL.md', manual.join('\n\n')), ...manual.map((text) => file('MEMORY.md', text))],
    knowledge: manual.map((text) => ({
      sourceId: 'manual' as SourceId,
      title: 'Operations',
      uri: 'docs/operations.md',
      heading: '',
      text,
      score: 1,
    })),
  }
}

async function paragraphs(path: string): Promise<readonly string[]> {
  const text = await readFile(new URL(path, import.meta.url), 'utf8')
  return text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '')
}
