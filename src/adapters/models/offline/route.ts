// What the offline router answers for a message: how the rules read it, in the shape that the crew asks for.
import type { FactKind, Rule } from '../../../core/vocabulary/memory.ts'
import { onOneLine, shorten } from '../../../core/vocabulary/short-text.ts'
import type { Intent, TaskType } from '../../../core/vocabulary/task.ts'
import { refusalOf } from './about.ts'
import type { Classification } from './classify.ts'
import type { Told } from './from-context.ts'
import type { RecipeName } from './project.ts'
import type { Reading } from './read-message.ts'
import { readMessage } from './read-message.ts'
import { RECIPES } from './recipe-book.ts'

/** As the crew's schema wants it (core/crew/schemas.ts). */
export type Route = {
  readonly intent: Intent
  readonly task_type: TaskType
  readonly confidence: number
  readonly summary: string
  readonly plan: string
  readonly needs_confirmation: boolean
  readonly command: string | null
  readonly ask: string | null
  readonly continues: boolean
  readonly others: string[]
  readonly facts: { kind: FactKind; text: string; rule: Rule | null; quote: string; confidence: number }[]
  readonly refusal: string | null
}

type Answer = Pick<Route, 'intent' | 'task_type' | 'confidence' | 'summary' | 'plan'> & Partial<Route>

const SURE = 0.7
const LONGEST_COMMAND = 4_000
const WORDS = 300

const STEPS: Readonly<Record<RecipeName, string>> = {
  'web-app': 'Write it with its tests, run them and start it.',
  'json-api': 'Write it, run its tests and start it.',
  'static-site': 'Write the pages, check their links and serve them.',
  cli: 'Write it and run its tests.',
  'python-web': 'Write it with its tests, run them and start it.',
  'fix-tests': 'The tests themselves stay as they are.',
  restyle: 'Everything else stays as it is.',
}

export function route(message: string, told: Told): Route {
  const reading = readMessage(message, told)
  const answer = answerFor(reading, told)
  return {
    needs_confirmation: answer.task_type === 'shell_command' || answer.confidence < SURE,
    command: null,
    ask: null,
    continues: false,
    refusal: null,
    ...answer,
    others: [...reading.others],
    facts: reading.facts.map((fact) => ({ ...fact })),
  }
}

function answerFor(reading: Reading, told: Told): Answer {
  const { classification, wish, onlyTells, facts } = reading
  if (onlyTells) {
    const told = facts.map(({ text }) => text).join(' ')
    return {
      intent: 'other',
      task_type: 'question',
      confidence: 0.9,
      summary: `You told me: ${clipped(told)}`,
      plan: 'Keep it in mind.',
    }
  }
  switch (classification.type) {
    case 'build':
      return building(classification.recipe, reading)
    case 'shell':
      return running(classification.command)
    case 'about-me':
      return {
        intent: 'question',
        task_type: 'question',
        confidence: 0.97,
        summary: 'A question about me.',
        plan: 'Answer it.',
      }
    case 'question':
      return {
        intent: 'question',
        task_type: 'question',
        confidence: 0.85,
        summary: `You ask: ${clipped(wish.request)}`,
        plan: 'Answer from what was said here and from the knowledge, as far as they tell.',
      }
    case 'small-talk':
      return {
        intent: 'other',
        task_type: 'question',
        confidence: 0.9,
        summary: 'No request, just words.',
        plan: 'Answer in a word.',
      }
    case 'beyond':
      return {
        intent: 'command',
        task_type: 'dev_pipeline',
        confidence: 0.8,
        summary: `You want: ${clipped(wish.request)}`,
        plan: 'Say that it needs a model.',
        continues: wish.continues,
        refusal: refusalOf(classification),
      }
    case 'unclear':
      return unclear(classification, reading, told)
  }
}

function building(recipe: RecipeName, { wish, pasted }: Reading): Answer {
  const { request, continues, after } = wish
  const made = RECIPES[recipe].plan(request).summary
  const confidence = pasted ? 0.65 : after === null ? 0.95 : continues ? 0.9 : 0.85
  const base = { intent: 'command', task_type: 'dev_pipeline', confidence, continues } as const
  if (recipe === 'fix-tests') {
    return { ...base, summary: 'You want the failing tests to pass.', plan: `${made} ${STEPS[recipe]}` }
  }
  if (recipe === 'restyle') {
    const whose = continues && after !== null ? `your last work, “${clipped(after, 150)}”,` : 'the page that is there'
    return { ...base, summary: `You want ${whose} changed: ${clipped(request)}.`, plan: `${made} ${STEPS[recipe]}` }
  }
  const words = objectOf(request)
  const since = after === null ? '' : ` (from “${clipped(after, 150)}” and what you said since)`
  return { ...base, summary: `You want ${words}${since}.`, plan: `${asOrder(made)} ${STEPS[recipe]}` }
}

function running(command: string): Answer {
  const base = {
    intent: 'command',
    task_type: 'shell_command',
    confidence: 0.97,
    summary: `You want to run: ${clipped(command)}`,
  } as const
  if (command.length <= LONGEST_COMMAND) {
    return { ...base, plan: 'Run it in the sandbox and show what it prints.', command }
  }
  const refusal = `The command is too long: at most ${LONGEST_COMMAND} characters.`
  return { ...base, plan: 'Say that it is too long.', refusal }
}

/** Asked once: whoever answers a question of ours unclearly is told what is possible. */
function unclear(
  classification: Extract<Classification, { type: 'unclear' }>,
  { wish }: Reading,
  { said }: Told,
): Answer {
  const last = said.at(-1)
  const hasAsked = last?.by === 'us' && last.text.length <= 300 && /\?\s{0,5}$/.test(last.text)
  const words = clipped(wish.request, 150)
  const base = { intent: 'other', task_type: 'question', confidence: 0.35, plan: 'Ask what is meant.' } as const
  return {
    ...base,
    summary: words === '' ? 'Nothing that I can read.' : `It is not clear to me what you want with “${words}”.`,
    continues: wish.continues,
    ...(hasAsked ? { refusal: refusalOf(classification) } : { ask: classification.ask }),
  }
}

/** What is to be made, in the person's own words: without the verb, and as part of a sentence. */
function objectOf(request: string): string {
  const words = clipped(request)
    .replace(
      /^(?:(?:hey|hi|hello|yo|factotum|bot|first|also|ok(?:ay)?|please|now|so|well|then|just|can you|could you|would you|will you|i want(?: you to)?|i need(?: you to)?|i'd like(?: you to| to)?|let's|go ahead and)\b[,.!]?\s+){0,4}/i,
      '',
    )
    .replace(
      /^(?:create|build|make|write|generate|develop|implement|code|scaffold|bootstrap|set ?up|produce|start|design|prepare|program|give)\s+(?:me |us )?/i,
      '',
    )
    .replace(/[\s.!?]{1,10}$/, '')
    .replace(/,? please$/i, '')
  return words === '' ? 'what you described' : words
}

/** "A web app …" as "Create a web app …". */
function asOrder(summary: string): string {
  return /^An? /.test(summary) ? `Create ${summary.charAt(0).toLowerCase()}${summary.slice(1)}` : summary
}

function clipped(text: string, most = WORDS): string {
  return shorten(onOneLine(text.slice(0, most * 4)), most).toWellFormed()
}
