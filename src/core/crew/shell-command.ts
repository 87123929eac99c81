// Runs one approved command in the sandbox: exactly the text that was approved, nothing around it.
import type { TaskResult } from '../vocabulary/task.ts'
import { outputOf, stripEscapes } from '../quality/gate.ts'
import { approvalDigest } from '../task/accept-request.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { recordChanges } from './changes.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const OUTPUT_BYTES = 64_000

/** Throws TaskFailure with the output as evidence when the command fails. */
export async function runShellCommand(run: Run, workshop: Workshop): Promise<TaskResult> {
  const command = approvedCommand(run)
  const done = await run.journal.step('command', { agent: 'executor', title: command.slice(0, 200) }, async () => {
    const about = { step: 'command', agent: 'executor', call_id: 'command', tool: 'shell' } as const
    run.writer.note({ type: 'tool.started', data: { ...about, input: { command } } })
    const result = await workshop.sandbox.exec(
      { command, cwd: '.', env: {}, timeoutMs: run.limits.commandMs, maxOutputBytes: OUTPUT_BYTES },
      run.signal,
      (text) =>
        run.writer.note({
          type: 'step.progress',
          data: { step: 'command', agent: 'executor', message: stripEscapes(text) },
        }),
    )
    run.signal.throwIfAborted()
    const output = outputOf(result, OUTPUT_BYTES)
    const ok = result.exitCode === 0
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

function approvedCommand(run: Run): string {
  const { approval, routing } = run.task
  const command = routing?.command ?? null
  // The state machine lets no unapproved command get here; the digest proves that it is the same text.
  if (
    command === null ||
    approval?.status !== 'approved' ||
    approval.digest !== approvalDigest(run.ids, 'shell_command', command)
  ) {
    throw new TaskFailure('The command is not the one that was approved, so it was not run.')
  }
  return command
}

function endingOf(
  result: { exitCode: number | null; signal: string | null; timedOut: boolean },
  limitMs: number,
): string {
  if (result.timedOut) return `was stopped after ${limitMs / 1_000} seconds`
  if (result.exitCode === null) return `was ended by ${result.signal}`
  return `ended with exit code ${result.exitCode}`
}
