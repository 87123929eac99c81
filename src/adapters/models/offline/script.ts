// The offline agent: plays a script of tool calls one turn at a time. It keeps no state: where it stands is read from
// the conversation, so that a resumed or replayed task gets the same turns, and each result decides what comes next.
import type { ChatMessage, ToolCall } from '../../../core/ports/models.ts'
import type { JsonObject, JsonValue } from '../../../core/vocabulary/json.ts'

export type Call = { readonly tool: string; readonly input: JsonObject }
export type CallResult = { readonly call: Call; readonly output: string; readonly ok: boolean }

export type Step = {
  /** What the agent says as it makes the calls. */
  readonly say: string
  readonly calls: readonly Call[]
  /** What to try when a call failed; null gives up. Without it, failed calls are made once more. */
  readonly onFailure?: (failed: readonly CallResult[]) => Step | null
  /** What follows when all calls worked, before the script goes on. */
  readonly next?: Step
}

export type Ending = { readonly summary: string; readonly evidence: readonly string[] }

export type Script = {
  /** A function gets the results so far. */
  readonly steps: readonly (Step | ((done: readonly CallResult[]) => Step))[]
  /** The results of all steps in order, each step's last attempt. */
  readonly finish: (results: readonly CallResult[]) => Ending
}

export type Move = { readonly text: string; readonly calls: readonly Call[] }

const TOO_MANY_ATTEMPTS = 4

/** The next turn of `script` after `messages`. Deterministic. Ends with the tool `finish`, also when it has to give up. */
export function nextMove(script: Script, messages: readonly ChatMessage[]): Move {
  const past = attemptsOf(messages)
  if (past.some((attempt) => attempt.some(({ call }) => call.tool === 'finish'))) {
    return { text: 'I have nothing to add: what I reported is all that the offline model can do here.', calls: [] }
  }
  const done: CallResult[] = []
  let cursor = 0
  for (const entry of script.steps) {
    let step: Step | undefined = typeof entry === 'function' ? entry(done) : entry
    let attempts = 0
    while (step !== undefined) {
      const found = turnWith(step.calls, past, cursor)
      if (found < 0) return { text: step.say, calls: step.calls }
      cursor = found + 1
      const results: Attempt = past[found] ?? []
      const failed = results.filter((result) => !succeeded(result))
      if (failed.length === 0) {
        done.push(...results)
        step = step.next
        continue
      }
      attempts += 1
      const other: Step | null = step.onFailure === undefined ? onceMore(failed) : step.onFailure(failed)
      if (other === null || attempts === TOO_MANY_ATTEMPTS) return finishMove(failure(done, failed))
      step = other
    }
  }
  return finishMove(script.finish(done))
}

/** A shell command worked when it ran and its exit code is 0; any other tool when it says so. */
function succeeded(result: CallResult): boolean {
  if (!result.ok) return false
  const exit = /^exit code (-?\d+)/.exec(result.output)?.[1]
  return exit === undefined || exit === '0'
}

export function lastLines(output: string, count = 3): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-count).join(' / ').slice(0, 400)
}

function onceMore(failed: readonly CallResult[]): Step {
  return {
    say: `That did not work (${lastLines(failed[0]?.output ?? '', 1)}); once more.`,
    calls: failed.map(({ call }) => call),
    onFailure: () => null,
  }
}

function failure(done: readonly CallResult[], failed: readonly CallResult[]): Ending {
  const what = failed.map(({ call, output }) => `${describeCall(call)}: ${lastLines(output)}`)
  return {
    summary: `This is not done: ${what.join('; ')}`.slice(0, 900),
    evidence: [
      ...done.map(({ call }) => `worked: ${describeCall(call)}`),
      ...what.map((line) => `failed: ${line}`),
    ].slice(0, 20),
  }
}

function describeCall(call: Call): string {
  const { path, command } = call.input
  const subject = typeof path === 'string' ? path : typeof command === 'string' ? command.split('\n')[0] : ''
  return `${call.tool} ${String(subject).slice(0, 120)}`.trim()
}

function finishMove(ending: Ending): Move {
  return {
    text: ending.summary,
    calls: [{ tool: 'finish', input: { summary: ending.summary, evidence: [...ending.evidence] } }],
  }
}

type Attempt = readonly CallResult[]

/** Each earlier assistant turn as its calls with their results. A call whose result is missing counts as failed. */
function attemptsOf(messages: readonly ChatMessage[]): readonly Attempt[] {
  const results = new Map<string, { output: string; ok: boolean }>()
  for (const message of messages) {
    if (message.role === 'tool') results.set(message.callId, { output: message.output, ok: message.ok })
  }
  return messages.flatMap((message) =>
    message.role === 'assistant' && message.toolCalls.length > 0
      ? [message.toolCalls.map((call) => resultOf(call, results))]
      : [],
  )
}

function resultOf(call: ToolCall, results: ReadonlyMap<string, { output: string; ok: boolean }>): CallResult {
  const result = results.get(call.id) ?? { output: 'the tool gave no result', ok: false }
  return { call: { tool: call.tool, input: isObject(call.input) ? call.input : {} }, ...result }
}

/** The index of the first turn from `cursor` on that made exactly these calls; -1 when none has. */
function turnWith(calls: readonly Call[], past: readonly Attempt[], cursor: number): number {
  const wanted = calls.map(signature).join('\n')
  return past.findIndex(
    (attempt, index) => index >= cursor && attempt.map(({ call }) => signature(call)).join('\n') === wanted,
  )
}

function signature(call: Call): string {
  return `${call.tool} ${canonical(call.input)}`
}

/** JSON with sorted keys: a journal may give an input back in another key order. */
function canonical(value: JsonValue): string {
  if (isObject(value)) {
    const entries = Object.keys(value)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`)
    return `{${entries.join(',')}}`
  }
  return Array.isArray(value) ? `[${value.map(canonical).join(',')}]` : JSON.stringify(value)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
