// What the offline router answers for a request: the classification in the shape that the crew asks for.
import type { Routing, TaskType } from '../../../core/vocabulary/task.ts'
import { refusalOf } from './about.ts'
import { classify } from './classify.ts'
import type { RecipeName } from './project.ts'
import { RECIPES } from './recipe-book.ts'

/** The crew's routing, and why the request can not be done at all. */
export type Route = Routing & { readonly refusal: string | null }

const DOES: Readonly<Record<RecipeName, string>> = {
  'web-app': 'Create a web app',
  'json-api': 'Create a JSON API',
  'static-site': 'Create a static site',
  cli: 'Create a command-line tool',
  'python-web': 'Create a Python web app',
  'fix-tests': 'Repair the failing tests',
  restyle: 'Change the look of the page',
}

export function route(request: string): Route {
  const classification = classify(request)
  switch (classification.type) {
    case 'build': {
      const plan = RECIPES[classification.recipe]?.plan(request)
      return answer('dev_pipeline', 0.95, `${DOES[classification.recipe]}.`, plan?.summary ?? '', null, null)
    }
    case 'shell':
      return answer(
        'shell_command',
        0.97,
        'Run a shell command.',
        `Run it in the sandbox: ${classification.command.slice(0, 300)}`,
        classification.command,
        null,
      )
    case 'about-me':
      return answer('question', 0.97, 'A question about me.', 'Answer it.', null, null)
    case 'question':
      return answer('question', 0.85, 'A question.', 'Say that it needs a model.', null, refusalOf(classification))
    case 'beyond':
      return answer(
        'dev_pipeline',
        0.8,
        'A request for software.',
        'Say that it needs a model.',
        null,
        refusalOf(classification),
      )
    case 'unclear':
      return answer(
        'question',
        0.4,
        'Not one of the requests that the offline model knows.',
        'Say so.',
        null,
        refusalOf(classification),
      )
  }
}

function answer(
  task_type: TaskType,
  confidence: number,
  summary: string,
  plan: string,
  command: string | null,
  refusal: string | null,
): Route {
  return { task_type, confidence, summary, plan, needs_confirmation: false, command, refusal }
}
