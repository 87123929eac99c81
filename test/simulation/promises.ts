// What must hold when a simulated installation has come to rest, whatever happened to it on the way.
import { evolve } from '../../src/core/task/evolve.ts'
import type { EventOf, TaskEvent } from '../../src/core/vocabulary/event.ts'
import { mayFollowTheEnd } from '../../src/core/vocabulary/event.ts'
import type { CommitId } from '../../src/core/vocabulary/ids.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { isTerminal } from '../../src/core/vocabulary/task.ts'
import type { Acknowledged } from './users.ts'
import type { World } from './world.ts'

const ENDS: ReadonlySet<string> = new Set(['task.completed', 'task.failed', 'task.aborted'])

/** One sentence for each promise that was broken. */
export function brokenPromises(world: World, acknowledged: readonly Acknowledged[]): string[] {
  const broken = [...world.violations]
  for (const { task, events } of world.records.tasks.values()) {
    for (const problem of problemsOf(world, task, events)) broken.push(`${task.id}: ${problem}`)
  }
  for (const { externalId, taskId } of acknowledged) {
    if (!world.records.tasks.has(taskId)) broken.push(`${externalId} was acknowledged as ${taskId} and is lost`)
  }
  const byExternalId = Map.groupBy(acknowledged, (one) => one.externalId)
  for (const [externalId, answers] of byExternalId) {
    if (new Set(answers.map((one) => one.taskId)).size > 1) broken.push(`${externalId} became more than one task`)
    if (answers.filter((one) => one.created).length > 1) broken.push(`${externalId} was created more than once`)
  }
  for (const open of world.machine.sandboxes)
    broken.push(`a sandbox of ${open.worktree} is left open by ${open.owner.name}`)
  for (const preview of world.previews.values()) broken.push(`the preview ${preview.id} is left open`)
  return broken
}

function problemsOf(world: World, task: Task, log: readonly TaskEvent[]): string[] {
  const problems: string[] = []
  if (!isTerminal(task.status)) problems.push(`it is still ${task.status}`)
  const seqs = log.map((event) => event.seq)
  if (seqs.some((seq, index) => seq !== index + 1)) problems.push(`its event numbers are ${seqs.join(',')}`)
  else if (!sameTask(task, log)) problems.push('it is not the fold of its log')
  const end = log.findIndex((event) => ENDS.has(event.type))
  const ends = log.filter((event) => ENDS.has(event.type)).map((event) => event.type)
  if (ends.length !== 1) problems.push(`it ended ${ends.length} times (${ends.join(', ')})`)
  const late = log.slice(end + 1).filter((event) => end >= 0 && !mayFollowTheEnd(event.type))
  if (late.length > 0) problems.push(`after its end came ${late.map((event) => event.type).join(', ')}`)
  const aborting = log.some((event) => event.type === 'task.aborting')
  if (aborting && task.status !== 'aborted') problems.push(`it was to be aborted and is ${task.status}`)
  problems.push(
    ...stepProblems(world, log),
    ...previewProblems(task, log),
    ...approvalProblems(task, log),
    ...proposalProblems(world, task, log),
  )
  const artifacts = log.flatMap((event) => (event.type === 'artifact.added' ? [event.data] : []))
  const added = artifacts.map(({ artifact_id }) => artifact_id)
  for (const [name, of] of Map.groupBy(artifacts, (artifact) => artifact.name))
    if (of.length > 1) problems.push(`${name} was added ${of.length} times`)
  const stored = world.artifacts.filter((artifact) => artifact.taskId === task.id).map((artifact) => artifact.id)
  if (!added.every((id) => stored.includes(id))) problems.push('an artifact that its log names is not stored')
  return problems
}

function sameTask(task: Task, log: readonly TaskEvent[]): boolean {
  const folded = log.reduce<Task | null>((so, event) => evolve(so, event), null)
  return JSON.stringify(folded) === JSON.stringify(task)
}

/** Each step is done once, and the last snapshot holds each recorded change once, in order, and nothing else. */
function stepProblems(world: World, log: readonly TaskEvent[]): string[] {
  const problems: string[] = []
  const done = new Map<string, EventOf<'step.completed'>['data']>()
  const own: string[] = [...filesBefore(world, log)]
  const branches = new Map<string, string[]>()
  /** What the files of any worktree may have been when a branch began. */
  const states = new Set<string>()
  let last: EventOf<'step.completed'>['data']['commit'] = null
  for (const event of log) {
    if (event.type !== 'step.completed') continue
    const { step, output, commit, branch } = event.data
    if (done.has(step)) problems.push(`the step ${step} was completed twice`)
    done.set(step, event.data)
    if (branch !== undefined && step === `branch/${branch}`) {
      if (!states.has((world.machine.contentOf(commit ?? ('' as CommitId)) ?? []).join()))
        problems.push(`the branch ${branch} begins with what nobody made`)
      branches.set(branch, [...(commit === null ? [] : (world.machine.contentOf(commit) ?? []))])
    }
    const expected = branch === undefined ? own : (branches.get(branch) ?? [])
    expected.push(...changesOf(step, output, done.get(step.replace(PART_OF_TURN, ''))?.output ?? null, log))
    const merged = branches.get(/^merge\/([^/]+)$/.exec(step)?.[1] ?? '') ?? []
    own.push(...merged.filter((change) => !own.includes(change)))
    states.add(own.join()).add(expected.join())
    if (branch === undefined) last = commit ?? last
    else problems.push(...contentProblems(world, commit, expected, `the branch ${branch}`))
  }
  return [...problems, ...contentProblems(world, last, own, 'its workspace')]
}

function contentProblems(
  world: World,
  last: CommitId | null,
  expected: readonly string[],
  where: string,
): readonly string[] {
  if (last === null) return []
  const content = world.machine.contentOf(last)
  if (content === null) return [`the last snapshot ${last} of ${where} does not exist`]
  if (content.join() === expected.join()) return []
  return [`${where} holds [${content.join()}] and its log says [${expected.join()}]`]
}

/** What a request went on from is in its workspace from the beginning; a fork has the beginning of its original. */
function filesBefore(world: World, log: readonly TaskEvent[]): readonly string[] {
  const began = log.find((event) => event.type === 'step.completed' && event.data.step === 'workspace')
  const routed = log.find((event) => event.type === 'task.routed')
  const source = routed?.type === 'task.routed' ? routed.data.source : null
  const commit = source?.type === 'task' ? source.commit : began?.type === 'step.completed' ? began.data.commit : null
  return commit === null ? [] : (world.machine.contentOf(commit) ?? [])
}

/** What hangs on an answer is carried out apart from the rest of its turn. */
const PART_OF_TURN = /\/tools(?:\/\d+)?$/

type Call = { readonly id: string; readonly tool: string; readonly input: { readonly [key: string]: JsonValue } }

/** The changes that a recorded step made: those of its successful calls, in the order of the calls. */
function changesOf(step: string, output: JsonValue, turn: JsonValue, log: readonly TaskEvent[]): readonly string[] {
  if (step === 'command') {
    const routed = log.find((event) => event.type === 'task.routed')
    return routed?.type === 'task.routed' ? changesIn(routed.data.command ?? '') : []
  }
  if (!PART_OF_TURN.test(step)) return []
  const { results } = output as { readonly results: readonly { readonly call_id: string; readonly ok: boolean }[] }
  const { tool_calls } = turn as { readonly tool_calls: readonly Call[] }
  return tool_calls.flatMap((call) => {
    if (results.find((result) => result.call_id === call.id)?.ok !== true) return []
    if (call.tool === 'write') return [String(call.input['content'])]
    return call.tool === 'shell' ? changesIn(String(call.input['command'])) : []
  })
}

function changesIn(command: string): readonly string[] {
  const change = /^change (\S+)$/.exec(command)?.[1]
  return change === undefined ? [] : [change]
}

function previewProblems(task: Task, log: readonly TaskEvent[]): string[] {
  const problems: string[] = []
  const url = task.result?.preview_url ?? null
  const ready = log.some((event) => event.type === 'preview.ready' && event.data.url === url)
  if (url !== null && !ready) problems.push(`its result names the preview ${url}, which never was ready`)
  const closed = log.flatMap((event) => (event.type === 'preview.closed' ? [event.data.preview_id] : []))
  if (new Set(closed).size !== closed.length) problems.push('a preview was closed twice')
  return problems
}

function approvalProblems(task: Task, log: readonly TaskEvent[]): string[] {
  const commanded = log.findIndex((event) => event.type === 'step.started' && event.data.step === 'command')
  if (commanded < 0) return []
  const asked = log.findLast((event, index) => index < commanded && event.type === 'approval.requested')
  const answered = log.findLast((event, index) => index < commanded && event.type === 'approval.resolved')
  if (asked?.type !== 'approval.requested' || answered?.type !== 'approval.resolved')
    return ['it ran without being asked for']
  if (answered.data.status !== 'approved' || answered.data.approval_id !== asked.data.approval_id)
    return ['it ran unapproved']
  return asked.data.subject === task.routing?.command ? [] : ['it ran something else than what was approved']
}

/** Work that was asked for in plain words begins after an OK, and what was split off is there, once. */
function proposalProblems(world: World, task: Task, log: readonly TaskEvent[]): string[] {
  const problems: string[] = []
  const planned = log.findIndex((event) => event.type === 'step.started' && event.data.step === 'plan')
  const forked = log[0]?.type === 'task.created' && log[0].data.forked_from !== undefined
  const agreed = log.findIndex((event) => event.type === 'approval.resolved' && event.data.status === 'approved')
  if (task.confirm && !forked && planned >= 0 && (agreed < 0 || agreed > planned))
    problems.push('it worked without an OK')
  const split = log.flatMap((event) => (event.type === 'task.split' ? event.data.task_ids : []))
  if (new Set(split).size !== split.length) problems.push('a part of it was split off twice')
  for (const id of split) if (!world.records.tasks.has(id)) problems.push(`its part ${id} is lost`)
  return problems
}
