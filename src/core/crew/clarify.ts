// Whether it is clear enough what a person wants, or one short question comes first. Pure.
import type { Route } from './schemas.ts'

const SURE_ENOUGH = 0.55
const QUESTION_CHARACTERS = 300

const WHAT_IS_WANTED = 'What would you like: something built or changed, a command run, or a question answered?'

type Situation = {
  /** Said in a conversation, where somebody is there to answer. An explicit order is taken at its word. */
  readonly conversation: boolean
  /** The last thing that we said was such a question: then the best guess counts, and the OK to it. */
  readonly asked: boolean
}

/** The question to put, or null. An answer that may be beside the point costs little and is given; work that may be is asked about. */
export function questionBefore(route: Route, { conversation, asked }: Situation): string | null {
  if (!conversation || asked) return null
  if (route.ask !== null) return route.ask.slice(0, QUESTION_CHARACTERS)
  if (route.confidence >= SURE_ENOUGH || route.intent !== 'command' || route.task_type === 'question') return null
  const understood = route.summary.trim().replace(/[.?!]+$/, '')
  return understood === '' ? WHAT_IS_WANTED : `Is this what you want: ${understood.slice(0, QUESTION_CHARACTERS)}?`
}
