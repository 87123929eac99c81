// A provider that takes no time to think: what an answer takes beyond one bare request to it is the platform's own.
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import type { BenchmarkContext } from './benchmark.ts'
import type { Environment } from './platform.ts'

export const WORK = 'Create a page that shows the hours we are open.'
export const QUESTION = 'How are you today?'
export const ANSWER = 'Well, and ready to work.'

export type InstantModel = {
  /** For a platform whose every tier asks this model. */
  readonly settings: Environment
  /** Sends the newest request for a routing once more, and nothing around it. Returns how long that took, in ms. */
  readonly askBare: () => Promise<number>
}

/** Routes WORK as work and everything else as a question, whose answer is ANSWER. A plan is never made: whoever starts work aborts it. */
export async function startModel(context: BenchmarkContext): Promise<InstantModel> {
  let newest: LlmRequest | null = null
  const respond = (request: LlmRequest): ScriptedTurn => {
    const isWork = requestIn(request.text).includes(WORK)
    if (request.model === 'small' && (request.wantsJson || request.forcedTool !== null)) {
      newest = request
      return { object: routeOf(isWork) }
    }
    return isWork ? { fault: 'hang', headers: false } : { text: ANSWER }
  }
  const llm = await createScriptedLlm({ respond })
  context.cleanUp(llm.close)
  return {
    settings: {
      ANTHROPIC_API_KEY: 'sk-loopback',
      ANTHROPIC_BASE_URL: llm.url,
      MODEL_SMALL: 'anthropic/small',
      MODEL_MAIN: 'anthropic/main',
    },
    askBare: async () => {
      if (newest === null) throw new Error('The model was not asked for a routing yet')
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(newest.body),
      }
      const url = llm.url + newest.path
      const began = performance.now()
      const answer = await fetch(url, init)
      await answer.text()
      if (!answer.ok) throw new Error(`The model answered ${answer.status}`)
      return performance.now() - began
    },
  }
}

/** What is asked for now stands last, behind a conversation that may hold the same words. */
function requestIn(text: string): string {
  return text.slice(text.lastIndexOf('<request'))
}

function routeOf(isWork: boolean) {
  return {
    intent: isWork ? 'command' : 'question',
    task_type: isWork ? 'dev_pipeline' : 'question',
    confidence: 0.95,
    summary: isWork ? 'You want a page with your opening hours.' : 'You ask how I am.',
    plan: isWork ? 'Write one static page, serve it, and test it.' : 'Answer.',
    needs_confirmation: false,
    command: null,
    ask: null,
    continues: false,
    others: [],
    facts: [],
    refusal: null,
  }
}
