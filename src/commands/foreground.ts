// Follows one task in the terminal to its end: progress, approval, interruption, exit code.
import { createProgress, seconds } from '../adapters/terminal/progress.ts'
import { alwaysLine } from '../adapters/terminal/approval-lines.ts'
import { giveAnswer } from '../core/approval/give-answer.ts'
import { applyStandingApproval, keepRule, KEPT_COMMENT } from '../core/approval/standing.ts'
import { applyCommand, isRefusal } from '../core/task/apply-command.ts'
import { followLog } from '../core/task/read-log.ts'
import type { TaskCommand } from '../core/task/decide.ts'
import type { Approval, ApprovalKind } from '../core/vocabulary/approval.ts'
import type { Task } from '../core/vocabulary/task.ts'
import type { TaskEvent } from '../core/vocabulary/event.ts'
import { eventToWire } from '../adapters/http/wire.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { startHand } from '../processes/hand.ts'
import { askPerson } from './ask-person.ts'
import { EXIT, refusalText } from './command.ts'
import type { ExitCode, Output } from './command.ts'

export type ForegroundOptions = {
  readonly json: boolean
  /** Approve as the local owner. */
  readonly yes: boolean
  readonly output: Output
  /** Shows what comes after this event; everything unless given. */
  readonly after?: number
  /** The lines that an event is worth; `run`'s unless given. */
  readonly lines?: ReturnType<typeof createProgress>
  /** Puts the question to whoever is there; `run`'s unless given. */
  readonly ask?: (approval: Approval, person: string) => Promise<Choice>
  /** How to answer later, where nobody is there; `run`'s unless given. */
  readonly later?: string
}

/** `left`: it waits on, and whoever asked knows. Null: nobody is there to answer. */
export type Choice = 'approve' | 'always' | 'reject' | 'left' | null

/** Makes sure that somebody works on the task, shows it to its end, and answers with what the process should exit with. */
export async function foreground(platform: Platform, task: Task, options: ForegroundOptions): Promise<ExitCode> {
  const { output } = options
  const hand = await startHand(platform, task.id)
  const gone = new AbortController()
  hand.onFailure((reason) => {
    output.note(reason)
    gone.abort()
  })
  const onInterrupt = () => {
    output.note('Stopping…')
    const stop = { type: 'abort', by: OWNER, reason: 'Interrupted in the terminal.' } as const
    applyCommand(platform, task.id, stop).catch(() =>
      output.note(`It could not be stopped; \`factotum task abort ${task.id}\` tries again.`),
    )
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onInterrupt)
  try {
    const outcome = await follow(platform, task, options, gone.signal)
    const kept = await hand.release()
    if (kept !== null && !options.json) {
      const minutes = platform.config.PREVIEW_MINUTES
      output.note(`The preview stays open for ${minutes} minutes; \`factotum task close ${task.id}\` ends it sooner.`)
    }
    return outcome
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
  }
}

/** Shows the task until it is over, waits for an approval that nobody here can give, or `signal` aborts. */
export async function follow(
  platform: Platform,
  task: Task,
  options: ForegroundOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { output } = options
  const began = platform.clock.now().getTime()
  const isTold = options.lines === undefined && !options.json
  if (isTold) output.line(`Task ${task.id}`)
  const { lines = createProgress() } = options
  for await (const event of followLog(platform, task.id, options.after ?? 0, signal)) {
    show(event, { ...options, lines })
    if (event.type !== 'approval.requested') continue
    const code = await answer(platform, task, options)
    if (code !== null) return code
  }
  const ended = await platform.store.get(task.id)
  if (isTold) output.note(`  ${seconds(platform.clock.now().getTime() - began)}`)
  return ended?.status === 'completed' ? EXIT.ok : EXIT.failed
}

function show(
  event: TaskEvent,
  { json, output, lines }: ForegroundOptions & Required<Pick<ForegroundOptions, 'lines'>>,
): void {
  if (json) return output.json(eventToWire(event))
  for (const line of lines(event, output.paint)) output.line(line)
}

/** Null when the task may go on; an exit code when this is as far as it gets here. */
async function answer(platform: Platform, task: Task, options: ForegroundOptions): Promise<ExitCode | null> {
  const { json, yes, output, ask = askToRun } = options
  const asked = await platform.store.get(task.id)
  const now = asked === null ? null : await applyStandingApproval(platform, asked)
  if (now?.status !== 'needs_approval' || now.approval === null) return null
  const choice = yes ? 'approve' : json ? null : await ask(now.approval, now.userId)
  if (choice === 'left') return EXIT.needsApproval
  if (choice === null) {
    const {
      later = `It waits for approval: factotum task approve ${task.id} (or reject). It then runs with \`factotum up\`.`,
    } = options
    output.note(later)
    return EXIT.needsApproval
  }
  const isKept = choice === 'always'
  if (isKept) await keepRule(platform, now, now.approval.id, OWNER)
  const comment = isKept ? KEPT_COMMENT : null
  const type = choice === 'reject' ? 'reject' : 'approve'
  const decision: TaskCommand = { type, approvalId: now.approval.id, by: OWNER, comment }
  const decided = await giveAnswer(platform, task.id, decision)
  if (isRefusal(decided)) output.note(refusalText(decided, task.id))
  else if (decided.approval?.id === now.approval.id && decided.approval.status === 'pending') {
    output.note('That is the first of two: another owner has to say yes too.')
    return EXIT.needsApproval
  }
  return null
}

async function askToRun(approval: Approval, person: string): Promise<Choice> {
  const rule = alwaysLine(approval, person)
  const said = await askPerson(`${questionFor(approval.kind)} ${rule === null ? '[y/N]' : '[y/N/always]'} `)
  if (said === null) return null
  if (rule === null || said.toLowerCase() !== 'always') return isYes(said) ? 'approve' : 'reject'
  // Shown before it holds.
  const confirmed = await askPerson(`${rule}\nAlways? [y/N] `)
  if (confirmed !== null && isYes(confirmed)) return 'always'
  return askToRun(approval, person)
}

/** What is asked in one line, below what it is about. */
export function questionFor(kind: ApprovalKind): string {
  if (kind === 'plan') return 'OK?'
  if (kind === 'tests') return 'May the tests stay as they are now?'
  return kind === 'egress' || kind === 'secret' ? 'Allow it for this task?' : 'Run it?'
}

export function isYes(said: string): boolean {
  return ['y', 'yes'].includes(said.toLowerCase())
}
