// A conversation in a terminal: answers as they are, proposals as questions, and work with its progress. Pure.
import type { Estimate } from '../../core/vocabulary/approval.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { TaskResult } from '../../core/vocabulary/task.ts'
import type { Paint } from './paint.ts'
import { progressLines } from './progress.ts'
import { oneLine, visible } from './visible.ts'

/** The lines that `event` is worth in a conversation: of an answer the answer alone. */
export function chatLines(event: TaskEvent, paint: Paint): readonly string[] {
  switch (event.type) {
    case 'task.routed':
      return event.data.task_type === 'shell_command' ? progressLines(event, paint) : []
    case 'approval.requested': {
      if (event.data.kind !== 'plan') return progressLines(event, paint)
      const estimate = event.data.estimate ?? null
      const usual = estimate === null ? [] : [paint.dim(`(${estimateWords(estimate)})`)]
      return [...visible(event.data.subject).split('\n'), ...usual]
    }
    case 'approval.resolved':
      return event.data.status === 'approved' ? [] : progressLines(event, paint)
    case 'agent.message':
      return event.data.agent === 'assistant' ? [] : progressLines(event, paint)
    case 'task.completed': {
      const { result } = event.data
      if (result.answer !== null) return answerLines(result.answer, result, paint)
      return [...progressLines(event, paint), ...summaryLines(result)]
    }
    default:
      return progressLines(event, paint)
  }
}

/** E.g. `usually about 2 minutes and 12,000 tokens`. */
export function estimateWords({ seconds, tokens }: Estimate): string {
  return `usually about ${timeWords(seconds)} and ${round(tokens).toLocaleString('en')} tokens`
}

function timeWords(seconds: number): string {
  if (seconds < 90) return count(Math.max(1, Math.round(seconds)), 'second')
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? count(minutes, 'minute') : count(Math.round(minutes / 60), 'hour')
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/** Two digits are all that is known. */
function round(tokens: number): number {
  return tokens < 100 ? Math.round(tokens) : Number(tokens.toPrecision(2))
}

function answerLines(answer: string, { sources, offline }: TaskResult, paint: Paint): readonly string[] {
  const named = sources.map(({ mark, title, uri }) => {
    const where = uri === '' || uri === title ? '' : ` (${oneLine(uri)})`
    return paint.dim(`[${mark}] ${oneLine(title)}${where}`)
  })
  const by = offline ? [paint.dim('(by the offline model)')] : []
  return [visible(answer), ...(named.length === 0 ? [] : ['', ...named]), ...by]
}

/** What a command printed, or failed, stands in its progress already. */
function summaryLines({ summary, output }: TaskResult): readonly string[] {
  return summary.trim() === '' || (output !== null && output !== '') ? [] : ['', visible(summary)]
}
