// What the offline model says about itself: what it can do, what it can not, and how to give it a real model.
import type { Classification } from './classify.ts'

const ABILITIES =
  'a small web app, a JSON API with tests, a static site, a command-line tool, a Python web app, repairing failing tests by search, and running shell commands'
const HOW_TO_SET_A_KEY =
  'To get a real one, put ANTHROPIC_API_KEY=… (or OPENAI_API_KEY, GEMINI_API_KEY) into .env.secrets and restart'

/** At most three sentences, for a person. */
export function refusalOf(classification: Classification): string {
  const reason = classification.type === 'beyond' ? `This asks for ${classification.because}. ` : ''
  return `${reason}No model key is set, so only the offline model answers, and it knows just a few recipes: ${ABILITIES}. ${HOW_TO_SET_A_KEY}.`
}

/** Of a question that nothing answers that was told. */
export function lackOfKnowledge(): string {
  return `I don't know: nothing that was said here or given to me to look things up in answers this. No model key is set, so I can't think it out either. ${HOW_TO_SET_A_KEY}.`
}

export function selfDescription(): string {
  return [
    'I am Factotum, working with the offline model: no model key is set, so I follow recipes instead of thinking.',
    '',
    'I can:',
    '- create a web app ("create a hello world web app", "a web app that says \\"Good morning\\" in dark blue")'.replaceAll(
      '\\"',
      "'",
    ),
    '- create a JSON API with tests ("create a JSON API for notes")',
    '- create a static site ("create a static site about my garden")',
    '- create a command-line tool with tests (word count, JSON formatter, CSV to JSON, greeter)',
    '- create a Python web app with tests, using the standard library alone',
    '- repair failing tests of a given workspace by searching for a small change ("fix the failing test")',
    '- change the page that I made last ("now make it dark red", "it should say Good evening")',
    '- answer from our conversation, and from the knowledge that you gave me',
    '- run a shell command in the sandbox ("run `ls -la`")',
    '',
    `For anything else I need a model. ${HOW_TO_SET_A_KEY}.`,
  ].join('\n')
}
