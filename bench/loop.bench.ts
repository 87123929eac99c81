// A model that makes the same tool call for ever: how many are carried out before the platform stops it.
import { createScriptedLlm } from '../testkit/llm/server.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { isOver, startPlatform } from './harness/platform.ts'

export const benchmark: Benchmark = {
  name: 'loop',
  run: async (context) => {
    const plan = {
      summary: 'A loop.',
      subtasks: [
        { id: 'work', title: 'Work', role: 'coder', instructions: 'Work.', acceptance: ['It works.'], depends_on: [] },
      ],
    }
    const llm = await createScriptedLlm({
      respond: (request) => {
        if (request.tools.includes('shell')) return { toolCalls: [{ name: 'shell', input: { command: 'echo again' } }] }
        return { object: plan }
      },
    })
    context.cleanUp(() => llm.close())
    const settings = { ANTHROPIC_API_KEY: 'key-of-the-scripted-server', ANTHROPIC_BASE_URL: `${llm.url}/v1` }
    const up = await startPlatform(context, 'data', settings)
    const calls: number[] = []
    for (let round = 0; round < Math.min(2, context.rounds); round += 1) {
      const task = await up.post('/v1/tasks', { input_text: 'Do some work.', task_type: 'dev_pipeline' })
      let count = 0
      await up.follow(task.id, (event) => {
        if (event.type === 'tool.finished') count += 1
        return isOver(event)
      })
      const { status, error } = await up.get(`/v1/tasks/${task.id}`)
      if (status !== 'failed' || count === 0) throw new Error(`the loop ended ${status} after ${count} calls: ${error}`)
      context.say(`${count} calls: ${error}`)
      calls.push(count)
    }
    return [
      {
        name: 'identical tool calls before the loop is broken',
        unit: 'calls',
        ours: calls,
        baseline: null,
        goal: within(5),
      },
    ]
  },
}
