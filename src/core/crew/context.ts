// What a task's crew is told beside the request, gathered once and recorded as a step: a task that is resumed reads what it read before.
import { isAttachedFile } from '../task/attached-files.ts'
import type { ContextMaterial } from '../context/context-pack.ts'
import { buildContextPack } from '../context/context-pack.ts'
import { gatherContext } from '../context/gather.ts'
import { clipToTokens } from '../context/tokens.ts'
import type { Artifact } from '../ports/artifact-store.ts'
import { REPLACED } from '../task/decide.ts'
import type { Message } from '../vocabulary/message.ts'
import { shorten } from '../vocabulary/short-text.ts'
import type { Task } from '../vocabulary/task.ts'
import { attachmentPaths } from './attachments.ts'
import type { Run } from './run.ts'
import type { TaskContext } from './task-context.ts'
import type { Reading, TaskPack } from './task-pack.ts'

const CONTEXT_STEP = 'context'

const EMPTY: ContextMaterial = { messages: [], work: [], facts: [], files: [], knowledge: [] }
/** Of what we said, in the router's pack: enough to know what was talked about. */
const SAID_CHARACTERS = 300
const ROUTERS_TOKENS = 2_500
/** Of what was read from one attached file; the rest is in the file. */
const READING_TOKENS = 2_000
const READINGS_TOKENS = 6_000
const READINGS = 20

/**
 * Gathers it, or reads it from the log. Throws where the conversation can't be read. A command that runs as it stands needs to know
 * nothing, and only the files that came with it are looked for.
 */
export async function contextOf(run: Run): Promise<TaskContext> {
  const isLiteral = run.task.taskType === 'shell_command' && !run.journal.has(CONTEXT_STEP)
  if (isLiteral && (await artifactsOf(run, await messageOf(run))).length === 0) return run.context
  return run.journal.step(CONTEXT_STEP, { agent: 'platform', title: 'Recall the conversation' }, async () => ({
    output: await gather(run),
  }))
}

/** Before anything is known, and for what needs to know nothing. */
export function noContext(budget: number): TaskContext {
  const pack = buildContextPack(EMPTY, budget)
  return { pack, routers: '', attachments: [], readings: [], finished: null, asked: false }
}

/** What is told of the task now: a person's OK adds what they said OK to. */
export function taskPackOf(
  { task, context, answers }: Pick<Run, 'task' | 'context' | 'answers'>,
  elsewhere: readonly string[],
): TaskPack {
  // There may be later questions, about something else.
  const agreed = answers.of('plan').findLast(({ status }) => status === 'approved')
  return {
    context: context.pack.text,
    rules: context.pack.rules,
    proposal: agreed === undefined ? null : [agreed.subject, agreed.comment ?? ''].join('\n').trim(),
    attachments: context.attachments,
    readings: context.readings,
    elsewhere,
    request: task.inputText,
  }
}

async function gather(run: Run): Promise<TaskContext> {
  const { task, gather: deps } = run
  const budget = run.limits.contextTokens
  const [thread, message] = await Promise.all([deps.conversations.thread(task.threadId), messageOf(run)])
  const all = await artifactsOf(run, message)
  // What the work starts with lies there unpacked.
  const artifacts = all.filter(({ id }) => task.source.type !== 'archive' || task.source.artifact_id !== id)
  const query = { author: task.userId, words: task.inputText, before: message?.id ?? null, now: run.clock.now() }
  const found = thread === null ? EMPTY : await gatherContext(deps, { ...query, thread })
  const material = { ...found, work: found.work.filter(({ id }) => id !== task.id) }
  const paths = attachmentPaths(artifacts.filter(isAttachedFile))
  return {
    pack: buildContextPack(material, budget),
    routers: buildContextPack(withoutMaterial(material), Math.min(budget, ROUTERS_TOKENS)).text,
    attachments: artifacts.filter(isAttachedFile).map(({ id, mediaType, bytes }, index) => ({
      artifact_id: id,
      path: paths[index] ?? '',
      media_type: mediaType,
      bytes,
    })),
    readings: readingsOf(artifacts),
    finished: newestFinished(material.work),
    asked: await wasAsked(run, material),
  }
}

function messageOf({ task, gather: { conversations } }: Run): Promise<Message | null> {
  return conversations.ofTask(task.id)
}

/** Those of the task and those of its message: which of both a file was given to depends on which was there first. */
async function artifactsOf(run: Run, message: Message | null): Promise<readonly Artifact[]> {
  const both = await Promise.all([
    run.artifacts.ofTask(run.task.id),
    message === null ? [] : run.artifacts.ofMessage(message.id),
  ])
  return [...new Map(both.flat().map((artifact) => [artifact.id, artifact])).values()]
}

function readingsOf(artifacts: readonly Artifact[]): readonly Reading[] {
  const read = artifacts.filter(({ content }) => content !== null && content.text.trim() !== '').slice(0, READINGS)
  const most = Math.min(READING_TOKENS, Math.floor(READINGS_TOKENS / Math.max(1, read.length)))
  return read.flatMap(({ name, kind, content }) =>
    content === null ? [] : [{ from: name, kind, by: content.by, text: clipToTokens(content.text, most) }],
  )
}

function withoutMaterial(material: ContextMaterial): ContextMaterial {
  return {
    ...material,
    files: [],
    knowledge: [],
    // That it was replaced is in our words, and tells a comment on a proposal from a word about what was done.
    work: material.work.map((task) => ({ ...task, result: null, error: task.error === REPLACED ? REPLACED : null })),
    messages: material.messages.map((message) => ({
      ...message,
      text: message.role === 'assistant' ? gist(message.text) : message.text,
      artifacts: message.artifacts.filter(isAttachedFile),
    })),
  }
}

/** The first paragraph: what a command printed stands behind it. */
function gist(text: string): string {
  const said = text.trim().split(/\n\s*\n/, 1)[0] ?? ''
  return shorten(said, SAID_CHARACTERS)
}

function newestFinished(work: readonly Task[]): TaskContext['finished'] {
  const done = work.find(({ taskType, status }) => taskType === 'dev_pipeline' && status === 'completed')
  return done === undefined ? null : { task_id: done.id, commit: done.result?.commit ?? null }
}

async function wasAsked({ gather: { store } }: Run, { messages }: ContextMaterial): Promise<boolean> {
  const last = messages.findLast(({ inContext }) => inContext)
  if (last?.role !== 'assistant' || last.taskId === null) return false
  return ((await store.get(last.taskId))?.routing?.ask ?? null) !== null
}
