// One claim of one task, from where its log stands to where it ends, waits for a person, or has to be given back.
import { SandboxGone } from '../ports/sandbox.ts'
import type { Claim } from '../ports/task-queue.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { Approval, Estimate } from '../vocabulary/approval.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { sourceWords } from '../vocabulary/source-words.ts'
import { onOneLine, shorten } from '../vocabulary/short-text.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { DeliveryOrder, Routing, Task, TaskResult, TaskType } from '../vocabulary/task.ts'
import { contextOf, noContext } from '../crew/context.ts'
import { runDevPipeline } from '../crew/dev-pipeline.ts'
import { readAnswers } from '../crew/answers.ts'
import type { Answers } from '../crew/answers.ts'
import { sentFiles } from '../crew/attachments.ts'
import { recordEvidence } from '../crew/evidence.ts'
import { runDelivery } from '../crew/delivery.ts'
import { createMeter } from '../crew/meter.ts'
import { NeedsApproval } from '../crew/needs-approval.ts'
import { answerQuestion } from '../crew/question.ts'
import { failedResult } from '../crew/result.ts'
import { routeRequest } from '../crew/route.ts'
import type { CrewDeps, Run, RunRules } from '../crew/run.ts'
import { askAgainWhenLate, runShellCommand } from '../crew/shell-command.ts'
import { openWorkshop } from '../crew/workshop.ts'
import type { Workshop } from '../crew/workshop.ts'
import { approvalDigest, approvalRequest } from '../task/accept-request.ts'
import type { AcceptDeps, CommandTerms } from '../task/accept-request.ts'
import type { LogDeps } from '../task/apply-command.ts'
import { PLATFORM } from '../task/decide.ts'
import { createJournal } from '../task/journal.ts'
import { readLog } from '../task/read-log.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { createTaskWriter, WriterStopped } from '../task/task-writer.ts'
import type { TaskWriter } from '../task/task-writer.ts'
import { honestReason } from './honest-reason.ts'

export type RunDeps = LogDeps &
  CrewDeps & {
    readonly worker: string
    readonly termsOf: AcceptDeps['termsOf']
    /** Counts it, and tells whoever has to know that a sandbox tried to get out. Safe to repeat. Never rejects. */
    readonly onEscape: (task: Task, detail: string) => Promise<void>
    readonly approvalMs: number
    /** Claims without a new completed step after which a task is given up. */
    readonly attempts: number
  }

/** Why a run is interrupted from outside; the reason of its abort signal. */
export type Interruption = 'aborting' | 'lost' | 'shutdown' | 'panic'

export type RunEnd =
  /** The task is over. A workshop that still serves previews comes along; the caller closes it. */
  | { readonly type: 'over'; readonly task: Task; readonly workshop: Workshop | null }
  /** A person has to answer first. */
  | { readonly type: 'waiting' }
  /** Somebody else holds the task now, or it was ended from outside. */
  | { readonly type: 'dropped' }
  /** Something inside broke, or this worker shuts down: the claim is to be released. */
  | { readonly type: 'released'; readonly delayMs: number }

/** A worker that is killed says nothing, and the task is hardly ever to blame: it may go on this many times as often. */
const SILENT_ENDS = 10
const RETRY_BASE_MS = 500
const RETRY_MAX_MS = 30_000
/** Of a proposal in all: whoever says yes to it sees all of it, where the work begins too. */
const PROPOSAL_CHARACTERS = 880

/** Never rejects for what the task or its tools do; every way out leaves no process behind but a returned workshop's. */
export async function runTask(deps: RunDeps, claim: Claim, signal: AbortSignal): Promise<RunEnd> {
  const writer = createTaskWriter(deps, claim)
  let workshop: Workshop | null = null
  let run: Run | null = null
  try {
    if (claim.task.status === 'aborting') return await acknowledgeAbort(deps, writer)
    if (claim.task.status === 'needs_approval') return { type: 'waiting' }
    if (isTerminal(claim.task.status)) return { type: 'dropped' }
    signal.throwIfAborted()
    if (claim.attempt > deps.attempts * SILENT_ENDS) {
      throw new TaskFailure(`Its worker was lost ${claim.attempt - 1} times in a row without getting anywhere.`)
    }
    const blank = await prepareRun(deps, claim, writer, signal)
    run = blank
    run = { ...blank, context: await contextOf(blank) }
    const routed = await route(deps, run)
    if (routed === 'waiting') return { type: 'waiting' }
    refuseOtherPlan(run)
    await begin(deps, writer, routed)
    const current: Run = { ...run, task: writer.task() }
    run = current
    if (current.task.taskType === 'question') {
      await complete(writer, await answerQuestion(current))
    } else if (current.task.taskType === 'delivery') {
      await complete(writer, await runDelivery(current, await orderOf(deps, current.task)))
    } else {
      askAgainWhenLate(current)
      workshop = await openWorkshop(current)
      const work = current.task.taskType === 'shell_command' ? runShellCommand : runDevPipeline
      await complete(writer, await work(current, workshop))
    }
    return { type: 'over', task: writer.task(), workshop: await keepIfServing(deps, workshop, claim.task.id) }
  } catch (error) {
    const asks = error instanceof NeedsApproval ? error : null
    const reason = asks === null ? 'the task stopped' : 'it waits for an answer'
    if (workshop !== null) await close(deps, claim.task.id, workshop, reason)
    if (asks !== null && !signal.aborted) return await waitFor(deps, claim, writer, run, signal, asks)
    return await endOf(deps, claim, writer, run, signal, error)
  }
}

async function orderOf(deps: RunDeps, { id }: Task): Promise<DeliveryOrder> {
  const [created] = await deps.store.events(id, 0, 1)
  const order = created?.type === 'task.created' ? created.data.delivery : undefined
  if (order === undefined) throw new TaskFailure('It is not known where this was to be delivered.')
  return order
}

/** Nothing of the task is held any more when the question is put: whoever takes it up after the answer begins with the files as recorded. */
async function waitFor(
  deps: RunDeps,
  claim: Claim,
  writer: TaskWriter,
  run: Run | null,
  signal: AbortSignal,
  { question }: NeedsApproval,
): Promise<RunEnd> {
  try {
    const expiresAt = new Date(deps.clock.now().getTime() + deps.approvalMs)
    await writer.append(approvalRequest(deps.ids, { ...question, expiresAt, estimate: null }))
    return { type: 'waiting' }
  } catch (error) {
    return endOf(deps, claim, writer, run, signal, error)
  }
}

async function prepareRun(deps: RunDeps, claim: Claim, writer: TaskWriter, signal: AbortSignal): Promise<Run> {
  const { task } = claim
  const log = await readLog(deps.store, task.id)
  const created = log[0]
  const replayOf = created?.type === 'task.created' ? created.data.replay_of : undefined
  const models = replayOf === undefined ? deps.models : deps.recordedModels(await readLog(deps.store, replayOf))
  const journal = createJournal(log, writer, deps.clock, signal)
  const answers = readAnswers(log)
  const limits = { ...deps.limits, tokensPerTask: agreedTokens(deps, answers) }
  const meter = createMeter(log, limits)
  const [rules, isReplay] = [await rulesOf(deps, task), replayOf !== undefined]
  const context = noContext(deps.limits.contextTokens)
  const readNow = () => readLog(deps.store, task.id)
  return {
    ...deps,
    limits,
    models,
    task,
    writer,
    journal,
    log: readNow,
    meter,
    answers,
    rules,
    isReplay,
    context,
    signal,
  }
}

/** Whoever said OK said it to what it may cost at most: a limit that was raised since does not count for it. */
function agreedTokens({ limits }: RunDeps, answers: Answers): number {
  const agreed = answers.of('plan').findLast(({ status }) => status === 'approved')
  return Math.min(limits.tokensPerTask, agreed?.binding?.tokens ?? limits.tokensPerTask)
}

async function rulesOf(deps: RunDeps, { userId, threadId }: Task): Promise<RunRules> {
  const [policy, role, thread] = await Promise.all([
    deps.policy(),
    deps.roleOf(userId),
    deps.gather.conversations.thread(threadId),
  ])
  const bot = thread?.interface === 'telegram' ? (thread.chat.split('/')[0] ?? null) : null
  return { policy, by: { userId, role }, bot }
}

/** What routing adds to the log, to be recorded together with the start: nothing where the task was routed before. */
async function route(deps: RunDeps, run: Run): Promise<readonly TaskEventBody[] | 'waiting'> {
  const { status } = run.writer.task()
  if (status !== 'pending' && status !== 'routing') return []
  const routing = await routeRequest(run)
  const routed: TaskEventBody = { type: 'task.routed', data: routing }
  if (!routing.needs_confirmation) return [routed, { type: 'task.queued', data: { reason: 'routed' } }]
  const estimate = await typical(deps, routing.task_type)
  const terms = await termsOfRouting(deps, run, routing)
  const expiresAt = new Date(deps.clock.now().getTime() + deps.approvalMs)
  await run.writer.append(
    routed,
    approvalRequest(deps.ids, { ...proposalOf(routing, run.task), expiresAt, estimate, ...terms }),
  )
  return 'waiting'
}

/** An OK holds for what was proposed to this person, and for nothing that took its place. */
function refuseOtherPlan({ answers, ids, task }: Run): void {
  const agreed = answers.of('plan').findLast(({ status }) => status === 'approved')
  if (agreed === undefined || agreed.binding === null || task.routing === null) return
  const { subject } = proposalOf(task.routing, task)
  const isSame = agreed.digest === approvalDigest(ids, 'plan', subject, agreed.binding)
  if (!isSame || agreed.binding.person !== task.userId)
    throw new TaskFailure('What was proposed is not what was agreed to, so it was not begun.')
}

/** What a yes is bound to. Throws TaskFailure where no yes would help. */
async function termsOfRouting(
  deps: RunDeps,
  run: Run,
  { command, source }: Routing,
): Promise<Pick<CommandTerms, 'binding'> & Partial<CommandTerms>> {
  const { task, limits } = run
  const person = task.userId
  if (command === null) return { binding: { where: 'sandbox', person, tree: null, tokens: limits.tokensPerTask } }
  const files = await sentFiles(run)
  const terms = await deps.termsOf({ command, person, source: source ?? task.source, files })
  const { rule, why } = terms.policy
  if (terms.denied) throw new TaskFailure(`The policy refuses this command: ${why} (Rule ${rule}.)`)
  return terms
}

function proposalOf(routing: Routing, task: Task): Pick<Approval, 'kind' | 'subject'> {
  const { command, summary, plan } = routing
  if (command !== null) return { kind: 'shell_command', subject: command }
  const from = sourceWords(routing.source ?? task.source)
  const parts = [`Understood: ${summary}`, `Will: ${plan}`, ...(from === null ? [] : [`From: ${from}`])]
  // Each on one line, so that nobody reads a second proposal into it.
  const subject = parts
    .map((part) => shorten(onOneLine(part), Math.floor(PROPOSAL_CHARACTERS / parts.length)))
    .join('\n')
  return { kind: 'plan', subject }
}

/** A guess, and nothing waits or fails for it. */
async function typical(deps: RunDeps, type: TaskType): Promise<Estimate | null> {
  try {
    return await deps.ledger.typical(type)
  } catch (error) {
    deps.telemetry.log('warn', 'There is no estimate: the ledger can not be read', { error: messageOf(error) })
    return null
  }
}

async function begin(deps: RunDeps, writer: TaskWriter, routed: readonly TaskEventBody[]): Promise<void> {
  if (routed.length === 0 && writer.task().status !== 'queued') return
  const { level } = await deps.sandboxes.probe()
  await writer.append(...routed, { type: 'task.started', data: { worker: deps.worker, sandbox_level: level } })
}

function complete(writer: TaskWriter, result: TaskResult): Promise<void> {
  return writer.append({ type: 'task.completed', data: { result } })
}

async function keepIfServing(deps: RunDeps, workshop: Workshop | null, id: TaskId): Promise<Workshop | null> {
  if (workshop === null || workshop.servedPorts().length > 0) return workshop
  await close(deps, id, workshop, 'nothing is served')
  return null
}

/** A sandbox that will not close changes nothing about how the task ends. */
async function close(deps: RunDeps, id: TaskId, workshop: Workshop, reason: string): Promise<void> {
  try {
    await workshop.close(reason)
  } catch (error) {
    deps.telemetry.log('error', 'A sandbox could not be closed', { task_id: id, error: describe(error) })
  }
}

async function acknowledgeAbort(deps: RunDeps, writer: TaskWriter): Promise<RunEnd> {
  const { id } = writer.task()
  await deps.previews.close(id)
  const request = (await readLog(deps.store, id)).findLast((event) => event.type === 'task.aborting')
  const asked = request?.type === 'task.aborting' ? request.data : { by: PLATFORM, reason: 'It was stopped.' }
  await writer.append({ type: 'task.aborted', data: asked })
  return { type: 'over', task: writer.task(), workshop: null }
}

/** Turns whatever ended the work into the task's end, or into giving it back. */
async function endOf(
  deps: RunDeps,
  claim: Claim,
  writer: TaskWriter,
  run: Run | null,
  signal: AbortSignal,
  error: unknown,
): Promise<RunEnd> {
  const id = claim.task.id
  try {
    if (error instanceof WriterStopped && error.why === 'lost_lease') return { type: 'dropped' }
    if (signal.aborted && signal.reason === 'lost') return { type: 'dropped' }
    if (isTerminal(writer.task().status)) return { type: 'over', task: writer.task(), workshop: null }
    if (writer.task().status === 'aborting') return await acknowledgeAbort(deps, writer)
    const killed = error instanceof SandboxGone && error.end.reason === 'closed'
    if (signal.aborted || killed) {
      // The log may not have reached us yet: a fresh look tells an abort from a shutdown.
      const now = await deps.store.get(id)
      if (now?.status === 'aborting')
        return await acknowledgeAbort(deps, createTaskWriter(deps, { ...claim, task: now }))
      if (now !== null && isTerminal(now.status)) return { type: 'dropped' }
      return { type: 'released', delayMs: killed ? backoff(claim.attempt) : 0 }
    }
    if (error instanceof SandboxGone && error.end.reason === 'escape')
      await recordEscape(deps, writer, error.end.detail)
    const honest = honestReason(writer.task(), claim.attempt, error, run?.limits ?? deps.limits)
    if (honest !== null) {
      // What the work itself threw it has told of itself.
      if (honest.met !== null && honest !== error) await writer.append({ type: 'budget.exhausted', data: honest.met })
      return await fail(writer, run, honest)
    }
    deps.telemetry.log('error', 'A task run broke', { task_id: id, attempt: claim.attempt, error: describe(error) })
    if (claim.attempt < deps.attempts) return { type: 'released', delayMs: backoff(claim.attempt) }
    return await fail(writer, run, new TaskFailure(brokenWords(claim.attempt, error)))
  } catch (second) {
    if (second instanceof WriterStopped) return { type: 'dropped' }
    // The store itself is out of reach: the lease runs out by itself and the task goes on elsewhere.
    deps.telemetry.log('error', 'A task could not be ended', { task_id: id, error: describe(second) })
    return { type: 'released', delayMs: backoff(claim.attempt) }
  }
}

async function fail(writer: TaskWriter, run: Run | null, failure: TaskFailure): Promise<RunEnd> {
  const result = run === null ? null : failedResult(run, failure)
  // Where the work itself could say it, it is recorded already; what ended it from outside (a model, its sandbox) is told here.
  if (run?.task.taskType === 'dev_pipeline' && result !== null)
    await recordEvidence(run, null, { status: 'failed', error: failure.message, result })
  await writer.append({ type: 'task.failed', data: { error: failure.message, result } })
  return { type: 'over', task: writer.task(), workshop: null }
}

/** Durable before the task's end is. */
async function recordEscape(deps: RunDeps, writer: TaskWriter, detail: string): Promise<void> {
  await writer.append({ type: 'sandbox.escape', data: { detail } })
  await deps.onEscape(writer.task(), detail)
}

function backoff(attempt: number): number {
  return Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.max(0, attempt - 1))
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** What a machine or a store says of itself helps whoever runs it; the words of a mistake of ours help nobody. */
function brokenWords(times: number, error: unknown): string {
  const isOurs = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
  const why = isOurs
    ? 'a mistake in Factotum itself. The log of its worker has the details; please report it'
    : messageOf(error)
  return `Something inside broke ${times} times in a row: ${why}`
}
