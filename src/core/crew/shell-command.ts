// Runs one approved command in the sandbox: exactly the text that was approved, nothing around it.
import { decideAct } from '../policy/decide-act.ts'
import { targetOf } from '../policy/match.ts'
import type { ApprovalId } from '../vocabulary/ids.ts'
import type { PolicyDecision } from '../vocabulary/policy.ts'
import { sourceName } from '../vocabulary/source-words.ts'
import type { TaskResult } from '../vocabulary/task.ts'
import { outputOf } from '../quality/plain-output.ts'
import { approvalDigest } from '../task/accept-request.ts'
import { treeWith } from '../task/attached-files.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { isTooLate } from './answers.ts'
import { sentFiles } from './attachments.ts'
import { recordChanges } from './changes.ts'
import { bindingOf, NeedsApproval } from './needs-approval.ts'
import { policyWords } from './policy-gate.ts'
import { progressOf, withoutSecretsOf } from './redaction.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const OUTPUT_BYTES = 64_000
const NOT_APPROVED = 'The command is not the one that was approved, so it was not run.'

const RAN_OUT = {
  rule: 'run.late',
  why: 'It was approved, but its turn came only after that had run out.',
} as const
const STEP = 'command'

/** Throws NeedsApproval where the command was approved for a time that was over before its turn came: nothing of it was begun. */
export function askAgainWhenLate({ answers, clock, journal, task }: Run): void {
  const yes = answers.of('shell_command').findLast(({ status }) => status === 'approved')
  if (yes === undefined || !isTooLate(yes, clock.now()) || answers.isUsed(yes.id) || journal.has(STEP)) return
  const { kind, subject, binding } = yes
  const { classes, people } = task.approval?.policy ?? { classes: [], people: 1 }
  throw new NeedsApproval({ kind, subject, binding, policy: { ...RAN_OUT, classes, people } })
}

/** Throws TaskFailure with the output as evidence when the command fails, and where it is not what was approved. */
export async function runShellCommand(run: Run, workshop: Workshop): Promise<TaskResult> {
  const command = await approvedCommand(run, workshop)
  const done = await run.journal.step(STEP, { agent: 'executor', title: command.slice(0, 200) }, async () => {
    const decision = decisionOn(run, command)
    workshop.egress.allow(decision.askedHosts.map((host) => targetOf(host)))
    refuseSecondRun(run, decision)
    const about = { step: STEP, agent: 'executor', call_id: STEP, tool: 'shell' } as const
    await run.writer.append({
      type: 'tool.started',
      data: { ...about, input: { command }, policy: { verdict: 'ask', rule: decision.rule }, ...yesOf(run) },
    })
    const progress = progressOf(run, { step: STEP, agent: 'executor' })
    const result = await workshop.sandbox.exec(
      { command, cwd: '.', env: {}, timeoutMs: run.limits.commandMs, maxOutputBytes: OUTPUT_BYTES },
      run.signal,
      progress.push,
    )
    await progress.end()
    run.signal.throwIfAborted()
    const output = await withoutSecretsOf(run, outputOf(result, OUTPUT_BYTES), 'the output of the command')
    const ok = result.exitCode === 0
    // Asked about with what it had reached not recorded: with a yes it runs once more, on the files as they were.
    if (!ok) workshop.egress.askForRefused()
    workshop.egress.flush()
    const commit = await workshop.snapshot('command')
    return {
      output: { exit_code: result.exitCode, ending: endingOf(result, run.limits.commandMs), output },
      commit,
      events: [{ type: 'tool.finished', data: { ...about, ok, output, duration_ms: Math.round(result.durationMs) } }],
    }
  })
  const diff = await recordChanges(run, workshop)
  const evidence = {
    summary: `\`${command}\` ${done.ending}.`,
    exit_code: done.exit_code,
    output: done.output,
    changed_files: diff.files.map((file) => file.path),
  }
  if (done.exit_code !== 0) throw new TaskFailure(`The command ${done.ending}.`, evidence)
  return resultOf(run, evidence)
}

/** What was approved, if that is what would run: the same text, for the same person, on the same files, at the same price. */
async function approvedCommand(run: Run, workshop: Workshop): Promise<string> {
  const command = run.task.routing?.command ?? null
  const approval = run.answers.of('shell_command').findLast(({ status }) => status === 'approved')
  if (command === null || approval === undefined || approval.subject !== command) throw new TaskFailure(NOT_APPROVED)
  const { binding } = approval
  const files = await sentFiles(run)
  const now = binding === null ? null : bindingOf(run, await treeWith(run, treeOf(run, workshop), files))
  // The state machine lets no unapproved command get here; the digest proves that nothing of it differs.
  if (approval.digest === approvalDigest(run.ids, 'shell_command', command, now)) return command
  if (binding?.tree !== now?.tree)
    throw new TaskFailure(
      `The ${files.length === 0 ? 'folder' : 'files'} changed since the command was approved, so it was not run. Ask for it again.`,
    )
  throw new TaskFailure(NOT_APPROVED)
}

/** What the files are that it will run on, as they were named when it was asked about. */
function treeOf(run: Run, workshop: Workshop): string | null {
  const source = run.task.routing?.source ?? run.task.source
  switch (source.type) {
    case 'empty':
      return null
    case 'git':
    case 'archive':
    case 'template':
      return sourceName(source)
    case 'task':
      return workshop.copiedFrom
    case 'directory':
      return workshop.copied
  }
}

/** The policy may be another since it was approved. */
function decisionOn(run: Run, command: string): PolicyDecision {
  const { rules, limits, clock, shell } = run
  const act = { tool: 'run', where: 'sandbox', ...rules, command, paths: [], hosts: [] } as const
  const decision = decideAct(rules.policy, { ...act, tokens: limits.tokensPerTask, at: clock.now() }, shell)
  if (decision.verdict === 'deny') throw new TaskFailure(`The command was not run. ${policyWords(decision)}`)
  return decision
}

/** By which answer it runs now: the newest, which may be one to a question that it came upon. */
function yesOf({ task }: Run): { readonly approval_id: ApprovalId } | Record<string, never> {
  return task.approval?.status === 'approved' ? { approval_id: task.approval.id } : {}
}

/** What can reach others is done once for a yes. What can't is done over from the same files: nobody can tell the difference. */
function refuseSecondRun(run: Run, { classes }: PolicyDecision): void {
  if (run.answers.begun(STEP, STEP) === null) return
  const reachesOut =
    classes.includes('network') || run.answers.of('egress').length + run.answers.of('secret').length > 0
  if (reachesOut)
    throw new TaskFailure(
      'The worker was lost while the command ran, and what came of it is not known. It was approved for one run, so it was not run again.',
    )
}

function endingOf(
  result: { exitCode: number | null; signal: string | null; timedOut: boolean },
  limitMs: number,
): string {
  if (result.timedOut) return `was stopped after ${limitMs / 1_000} seconds`
  if (result.exitCode === null) return `was ended by ${result.signal}`
  return `ended with exit code ${result.exitCode}`
}
