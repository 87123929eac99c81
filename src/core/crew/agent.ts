// The agent loop: a model takes turns, the platform carries out its tool calls, until it says finish or meets a limit.
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { SubtaskRole, WorkKind } from '../vocabulary/plan.ts'
import { shorten } from '../vocabulary/short-text.ts'
import type { ChatMessage, ToolCall } from '../ports/models.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { askForTurn } from './ask.ts'
import type { RecordedTurn } from './ask.ts'
import { createLoopBreaker } from './loop-breaker.ts'
import { createGate } from './policy-gate.ts'
import type { Clearance, Gate } from './policy-gate.ts'
import { progressOf, redactedOutcome } from './redaction.ts'
import type { Run } from './run.ts'
import { describeTool } from './tools/describe-tool.ts'
import { refused } from './tools/tool.ts'
import type { Served, Tool, ToolName, ToolOutcome } from './tools/tool.ts'
import type { Workshop } from './workshop.ts'

export type Assignment = {
  /** Journal key under which all turns are recorded. */
  readonly key: string
  readonly subject: string
  readonly title: string
  readonly role: SubtaskRole
  /** What is said of this kind of work is added to its instructions. */
  readonly kind?: WorkKind | null
  /** The first message: the request, what is to be done, what the workspace holds. */
  readonly brief: string
}

export type AgentReport = { readonly summary: string; readonly evidence: readonly string[] }

/** What the calls of one turn came to, as the log keeps it. */
type ToolTurn = {
  readonly results: readonly {
    readonly call_id: string
    readonly tool: string
    readonly ok: boolean
    readonly output: string
  }[]
  readonly served: readonly Served[]
  readonly finished: AgentReport | null
}

/** The agent itself came to nothing, whatever limits the task has left: somebody else may try. */
export class AgentStopped extends TaskFailure {}

const NUDGES = 2
/** Beyond this many characters of conversation the oldest tool outputs are left out. */
const HISTORY_CHARACTERS = 400_000
const EVENT_OUTPUT_CHARACTERS = 4_000

/** Waits for a place among the agents that are at work, and runs to `finish`. Throws AgentStopped when the agent goes round in circles, runs out of turns or never uses its tools. */
export function runAgent(run: Run, workshop: Workshop, assignment: Assignment): Promise<AgentReport> {
  return run.agents.use(run.signal, () => takeTurns(run, workshop, assignment))
}

async function takeTurns(run: Run, workshop: Workshop, assignment: Assignment): Promise<AgentReport> {
  const role = run.crew.role(assignment.role)
  const tools = role.tools.flatMap((name) => run.crew.tool(name) ?? []).map(describeTool)
  const system = run.promptPack.system(role.name, assignment.kind)
  const breaker = createLoopBreaker()
  const messages: ChatMessage[] = [{ role: 'user', text: assignment.brief }]
  let silent = 0
  for (let number = 1; number <= run.limits.turnsPerAgent; number += 1) {
    const step = `${assignment.key}/turn/${number}`
    const question = {
      step,
      title: `${assignment.title}, turn ${number}`,
      role: assignment.role,
      subject: assignment.subject,
      tier: role.tier,
      system,
    }
    const turn = await askForTurn(run, question, withinReach(messages), tools)
    messages.push({
      role: 'assistant',
      text: turn.text,
      toolCalls: turn.tool_calls,
      providerData: turn.provider_data,
    })
    if (turn.tool_calls.length === 0) {
      silent += 1
      if (silent > NUDGES)
        throw new AgentStopped(
          `The ${assignment.role} stopped using its tools without finishing "${assignment.title}".`,
        )
      messages.push({ role: 'user', text: nudge(turn) })
      continue
    }
    silent = 0
    const calls = breaker.upToStuck(turn.tool_calls)
    const done = await carryOut(run, workshop, assignment, `${step}/tools`, calls, role.tools)
    for (const result of done.results) {
      messages.push({ role: 'tool', callId: result.call_id, tool: result.tool, output: result.output, ok: result.ok })
    }
    if (done.finished !== null) return done.finished
    for (const call of calls) breaker.record(call)
    if (breaker.isStuck()) {
      throw new AgentStopped(
        `The ${assignment.role} repeated the same tool calls five times in a row on "${assignment.title}", so it was stopped.`,
      )
    }
  }
  throw new AgentStopped(
    `The ${assignment.role} did not finish "${assignment.title}" within ${run.limits.turnsPerAgent} turns.`,
    {},
    { limit: 'turns an agent', used: run.limits.turnsPerAgent, allowed: run.limits.turnsPerAgent },
  )
}

function nudge(turn: RecordedTurn): string {
  if (turn.finish === 'length') return 'Your answer was cut off. Go on, in smaller pieces.'
  return 'Use your tools to do the work, and call finish when it is done.'
}

/** Part by part: what hangs on a person's answer stands alone, on files that are recorded before and after it. */
async function carryOut(
  run: Run,
  workshop: Workshop,
  assignment: Assignment,
  step: string,
  calls: readonly ToolCall[],
  allowed: readonly ToolName[],
): Promise<ToolTurn> {
  const gate = createGate(run, allowed, workshop.egress)
  const parts: ToolTurn[] = []
  for (let part = 1, done = 0; done < calls.length; part += 1) {
    const key = part === 1 ? step : `${step}/${part}`
    const left = calls.slice(done)
    const turn = await carryOutPart({ run, workshop, assignment, step: key, allowed, gate }, left)
    parts.push(turn)
    // A part that was recorded says itself how far it got: the policy may have been another then.
    done += Math.max(1, turn.results.length)
  }
  return {
    results: parts.flatMap(({ results }) => results),
    served: parts.flatMap(({ served }) => served),
    finished: parts.find(({ finished }) => finished !== null)?.finished ?? null,
  }
}

type Part = {
  readonly run: Run
  readonly workshop: Workshop
  readonly assignment: Assignment
  readonly step: string
  readonly allowed: readonly ToolName[]
  readonly gate: Gate
}

async function carryOutPart(part: Part, left: readonly ToolCall[]): Promise<ToolTurn> {
  const { run, workshop, assignment, step, gate } = part
  const title = `Tools: ${left.map((call) => call.tool).join(', ')}`
  // Of an approved call what came of it is recorded first: it is not done again for a host that it did not reach.
  let isApproved = false
  const turn = await run.journal.step(step, { agent: assignment.role, title }, async () => {
    const calls = gate.together(left)
    const results: ToolTurn['results'][number][] = []
    const served: Served[] = []
    let finished: AgentReport | null = null
    let touched = false
    // One after the other: a model writes its calls in the order in which it means them.
    for (const call of calls) {
      const clearance = gate.clear(step, call, workshop.newest())
      isApproved ||= clearance.type === 'approved'
      const outcome = await useTool(part, call, clearance)
      touched ||= outcome.touched
      if (outcome.served !== undefined) served.push(outcome.served)
      finished ??= outcome.finished ?? null
      results.push({ call_id: call.id, tool: call.tool, ok: outcome.ok, output: outcome.output })
    }
    run.signal.throwIfAborted()
    // What went well did so without the hosts that it did not reach.
    if (!isApproved && results.some(({ ok }) => !ok)) workshop.egress.askForRefused()
    workshop.egress.flush()
    const output: ToolTurn = { results, served, finished }
    if (!touched) return { output }
    return { output, commit: await workshop.snapshot(`${assignment.role}: ${assignment.title}`) }
  })
  if (isApproved && turn.results.some(({ ok }) => !ok)) workshop.egress.askForRefused()
  // What had to stand still for it may go on.
  if (isApproved) await workshop.refreshServers()
  return turn
}

async function useTool(part: Part, call: ToolCall, clearance: Clearance): Promise<ToolOutcome> {
  const { run, assignment, step, allowed } = part
  run.signal.throwIfAborted()
  const about = { step, agent: assignment.role, call_id: call.id, tool: call.tool }
  const began = run.clock.now().getTime()
  const { decision } = clearance
  const started: TaskEventBody = {
    type: 'tool.started',
    data: {
      ...about,
      input: clipped(call.input),
      ...(decision === null ? {} : { policy: { verdict: decision.verdict, rule: decision.rule } }),
      ...(clearance.type === 'approved' ? { approval_id: clearance.approvalId } : {}),
    },
  }
  // Before it happens the log has it that the yes is used up: whoever finds no outcome does not do it again.
  if (clearance.type === 'approved') await run.writer.append(started)
  else run.writer.note(started)
  const tool = allowed.includes(call.tool) ? run.crew.tool(call.tool) : undefined
  const outcome = await redactedOutcome(
    run,
    call,
    clearance.type === 'refused'
      ? refusedCall(run, call, clearance)
      : tool === undefined
        ? refused(`There is no tool "${call.tool}" here. Yours are: ${allowed.join(', ')}.`)
        : await runTool(part, tool, call),
  )
  const elapsed = Math.max(0, Math.round(run.clock.now().getTime() - began))
  run.telemetry.time('tool_call_seconds', elapsed / 1_000, { tool: tool?.name ?? 'unknown' })
  if (outcome.met !== undefined) run.writer.note({ type: 'budget.exhausted', data: outcome.met })
  run.writer.note({
    type: 'tool.finished',
    data: { ...about, ok: outcome.ok, output: outcome.output.slice(0, EVENT_OUTPUT_CHARACTERS), duration_ms: elapsed },
  })
  return outcome
}

async function runTool({ run, workshop, assignment, step }: Part, tool: Tool, call: ToolCall): Promise<ToolOutcome> {
  const progress = progressOf(run, { step, agent: assignment.role })
  const outcome = await tool.run(call.input, {
    sandbox: workshop.sandbox,
    signal: run.signal,
    onOutput: progress.push,
    publish: workshop.publish,
    skills: run.promptPack.skills,
    limits: run.limits,
  })
  await progress.end()
  return outcome
}

function refusedCall(
  run: Run,
  call: ToolCall,
  { why, decision }: Extract<Clearance, { type: 'refused' }>,
): ToolOutcome {
  if (decision !== null)
    run.writer.note({
      type: 'policy.decided',
      data: {
        verdict: 'deny',
        rule: decision.rule,
        why,
        tool: call.tool,
        subject: shorten(JSON.stringify(call.input), EVENT_OUTPUT_CHARACTERS),
      },
    })
  return refused(why)
}

/** Long strings are cut for the log's tool.started entry: the whole input stands in the turn's own step. */
function clipped(input: JsonValue): JsonValue {
  if (typeof input === 'string') return shorten(input, EVENT_OUTPUT_CHARACTERS)
  if (Array.isArray(input)) return input.map(clipped)
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, clipped(value)]))
}

/** The conversation with its oldest tool outputs left out as far as needed. The brief and what the model said stay. */
export function withinReach(messages: readonly ChatMessage[], limit = HISTORY_CHARACTERS): readonly ChatMessage[] {
  let excess = messages.reduce((sum, message) => sum + lengthOf(message), 0) - limit
  if (excess <= 0) return messages
  return messages.map((message) => {
    if (excess <= 0 || message.role !== 'tool') return message
    excess -= message.output.length
    return { ...message, output: '(left out: too long ago)' }
  })
}

function lengthOf(message: ChatMessage): number {
  if (message.role === 'tool') return message.output.length
  if (message.role === 'user') return message.text.length
  return message.text.length + JSON.stringify(message.toolCalls).length
}
