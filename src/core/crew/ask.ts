// Model calls as journaled steps: asked once, recorded with what they cost, and read from the log ever after.
import type { AgentName, TaskEventBody } from '../vocabulary/event.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import { limitSentence } from '../vocabulary/limit.ts'
import type { RoleName } from '../vocabulary/plan.ts'
import type { ModelLabel, ModelTier, Usage } from '../vocabulary/usage.ts'
import type { ChatMessage, ChatTurn, ModelPurpose, ToolCall, ToolDescription } from '../ports/models.ts'
import type { z } from 'zod'
import { TaskFailure } from '../task/task-failure.ts'
import type { Run } from './run.ts'

export type Question = {
  /** The journal key. */
  readonly step: string
  readonly title: string
  readonly role: RoleName
  readonly subject: string
  readonly tier: ModelTier
  readonly system: string
}

/** A turn as the log keeps it. */
export type RecordedTurn = {
  readonly text: string
  readonly tool_calls: readonly ToolCall[]
  readonly finish: ChatTurn['finish']
  readonly provider_data: JsonValue
}

export async function askForTurn(
  run: Run,
  question: Question,
  messages: readonly ChatMessage[],
  tools: readonly ToolDescription[],
): Promise<RecordedTurn> {
  return run.journal.step(question.step, { agent: question.role, title: question.title }, async () => {
    await stopAtTheWall(run)
    const began = run.clock.now().getTime()
    const turn = await run.models.chat({ ...base(run, question), messages, tools }, run.signal)
    const output: RecordedTurn = {
      text: turn.text,
      tool_calls: turn.toolCalls,
      finish: turn.finish,
      provider_data: turn.providerData,
    }
    const said: readonly TaskEventBody[] =
      turn.text.trim() === ''
        ? []
        : [
            {
              type: 'agent.message',
              data: { step: question.step, agent: question.role, text: turn.text, offline: turn.model.offline },
            },
          ]
    return { output, events: [...said, spent(run, question, turn, began)] }
  })
}

/** One answer in the shape of `schema`. */
export async function askForObject<T extends JsonValue>(
  run: Run,
  question: Question,
  prompt: string,
  schema: z.ZodType<T>,
  schemaName: string,
): Promise<T> {
  return run.journal.step(question.step, { agent: question.role, title: question.title }, async () => {
    await stopAtTheWall(run)
    const began = run.clock.now().getTime()
    const answer = await run.models.object({ ...base(run, question), prompt, schema, schemaName }, run.signal)
    return { output: answer.value, events: [spent(run, question, answer, began)] }
  })
}

function base(run: Run, question: Question) {
  const purpose: ModelPurpose = {
    taskId: run.task.id,
    userId: run.task.userId,
    role: question.role,
    step: question.step,
    subject: question.subject,
  }
  return {
    tier: question.tier,
    purpose,
    system: question.system,
    maxOutputTokens: run.limits.maxOutputTokens,
    deadlineMs: run.limits.modelDeadlineMs,
  }
}

async function stopAtTheWall(run: Run): Promise<void> {
  const exhausted = run.meter.exhausted()
  if (exhausted === null) return
  await run.writer.append({ type: 'budget.exhausted', data: exhausted })
  throw new TaskFailure(limitSentence(exhausted))
}

function spent(
  run: Run,
  question: Question,
  answer: { readonly usage: Usage; readonly model: ModelLabel; readonly fromCache?: boolean },
  began: number,
): TaskEventBody {
  const agent: AgentName = question.role
  const about = { step: question.step, agent, tier: question.tier, prompt: run.promptPack.version }
  const fromCache = answer.fromCache === true ? { from_cache: true } : {}
  const data = { ...about, ...answer.usage, ...answer.model, ...fromCache }
  run.meter.record(data)
  const labels = { provider: answer.model.provider, tier: question.tier }
  run.telemetry.time('model_call_seconds', (run.clock.now().getTime() - began) / 1_000, labels)
  run.telemetry.count('model_tokens_total', { ...labels, kind: 'input' }, answer.usage.input_tokens)
  run.telemetry.count('model_tokens_total', { ...labels, kind: 'output' }, answer.usage.output_tokens)
  return { type: 'usage.recorded', data }
}
