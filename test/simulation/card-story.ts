// What happens to a task, as events for tests to write into its log: one plausible body of each kind.
import type { CheckReport } from '../../src/core/vocabulary/check.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { ApprovalId, ArtifactId, PreviewId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import { NO_RESULT } from '../../src/core/vocabulary/task.ts'
import type { Routing, TaskResult } from '../../src/core/vocabulary/task.ts'
import { NO_USAGE } from '../../src/core/vocabulary/usage.ts'

export const RESULT: TaskResult = {
  ...NO_RESULT,
  summary: 'A page that says hello.',
  usage: { ...NO_USAGE, input_tokens: 12_000, output_tokens: 345, model_calls: 4 },
}

export const routed = (change: Partial<Routing> = {}): TaskEventBody => ({
  type: 'task.routed',
  data: {
    intent: 'command',
    task_type: 'dev_pipeline',
    confidence: 0.9,
    summary: 'A page that says hello.',
    plan: 'Write it.',
    needs_confirmation: false,
    command: null,
    ask: null,
    source: null,
    ...change,
  },
})
export const queued: TaskEventBody = { type: 'task.queued', data: { reason: 'routed' } }
export const started: TaskEventBody = { type: 'task.started', data: { worker: 'w1', sandbox_level: 'L2' } }
export const RUNNING: readonly TaskEventBody[] = [routed(), queued, started]

export const begins = (step: string, title = step): TaskEventBody => ({
  type: 'step.started',
  data: { step, agent: 'coder', title },
})
export const ends = (step: string, output: JsonValue = null): TaskEventBody => ({
  type: 'step.completed',
  data: { step, agent: 'coder', output, commit: null, duration_ms: 1 },
})
export const planned = (...titles: readonly string[]): TaskEventBody =>
  ends('plan', {
    summary: 'A page.',
    subtasks: titles.map((title, index) => ({
      id: String(index + 1),
      title,
      role: 'coder',
      instructions: '',
      acceptance: [],
      depends_on: [],
    })),
  })
export const calls = (tool: string, command: string): TaskEventBody => ({
  type: 'tool.started',
  data: { step: 's', agent: 'coder', call_id: command, tool, input: { command } },
})
export const says = (text: string, offline = false): TaskEventBody => ({
  type: 'agent.message',
  data: { step: 's', agent: 'coder', text, offline },
})
export const check = (status: CheckReport['status'], name = 'npm test', output = ''): CheckReport => ({
  check: name,
  status,
  command: name,
  exit_code: status === 'passed' ? 0 : 1,
  duration_ms: 10,
  output,
  reason: null,
})
export const checked = (report: CheckReport): TaskEventBody => ({
  type: 'check.finished',
  data: { step: 'gate/1', agent: 'platform', ...report },
})
export const used = (tokens: number, offline = false): TaskEventBody => ({
  type: 'usage.recorded',
  data: {
    step: 's',
    agent: 'coder',
    input_tokens: tokens,
    output_tokens: 0,
    cached_input_tokens: 0,
    tier: 'main',
    provider: 'p',
    model: 'm',
    offline,
  },
})
export const preview = (url: string): TaskEventBody => ({
  type: 'preview.ready',
  data: { preview_id: 'p' as PreviewId, url, port: 3000, expires_at: '2026-03-02T12:00:00.000Z' },
})
export const previewClosed: TaskEventBody = {
  type: 'preview.closed',
  data: { preview_id: 'p' as PreviewId, reason: 'over' },
}
export const patched = (id: ArtifactId, bytes: number): TaskEventBody => ({
  type: 'artifact.added',
  data: { artifact_id: id, name: 'changes.patch', media_type: 'text/x-diff', bytes },
})
export const asks = (subject: string, id = 'a1'): TaskEventBody => ({
  type: 'approval.requested',
  data: {
    approval_id: id as ApprovalId,
    kind: 'shell_command',
    subject,
    digest: 'd',
    reason: 'A shell command runs only after somebody approved exactly this text.',
    expires_at: '2026-03-02T10:00:00.000Z',
  },
})
export const answers = (status: 'approved' | 'rejected' | 'superseded' | 'expired', by: UserId): TaskEventBody => ({
  type: 'approval.resolved',
  data: { approval_id: 'a1' as ApprovalId, status, by, comment: null },
})
export const completed = (result: Partial<TaskResult> = {}): TaskEventBody => ({
  type: 'task.completed',
  data: { result: { ...RESULT, ...result } },
})
export const failed = (error: string, result: Partial<TaskResult> | null = null): TaskEventBody => ({
  type: 'task.failed',
  data: { error, result: result === null ? null : { ...RESULT, ...result } },
})
export const aborting = (by: UserId, reason: string): TaskEventBody => ({ type: 'task.aborting', data: { by, reason } })
export const aborted = (by: UserId, reason: string): TaskEventBody => ({ type: 'task.aborted', data: { by, reason } })
