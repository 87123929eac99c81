// What every model call costs before a word of the request is said: measured with a tokenizer of a provider, and kept below its limit.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { z } from 'zod'
import { readPrompts } from '../../src/adapters/prompts/directory.ts'
import { COMMANDS } from '../../src/core/conversation/command-texts.ts'
import { buildPromptPack } from '../../src/core/crew/prompt-pack.ts'
import { PROMPT_NAMES } from '../../src/core/crew/prompts.ts'
import type { PromptName } from '../../src/core/crew/prompts.ts'
import { ROLES } from '../../src/core/crew/roles.ts'
import { PLAN_SCHEMA, REVIEW_SCHEMA, ROUTE_SCHEMA } from '../../src/core/crew/schemas.ts'
import { describeTool, TOOLS } from '../../src/core/crew/tools/registry.ts'
import { SUBTASK_ROLES } from '../../src/core/vocabulary/plan.ts'

const LIMIT = 1_500
const SHAPES: Readonly<Partial<Record<PromptName, z.ZodType>>> = {
  router: ROUTE_SCHEMA,
  planner: PLAN_SCHEMA,
  reviewer: REVIEW_SCHEMA,
}

test('the fixed part of every call stays below 1,500 tokens', async (t) => {
  const sources = await readPrompts(fileURLToPath(new URL('../../prompts', import.meta.url)))
  const pack = buildPromptPack({ ...sources, commands: COMMANDS.map(({ name }) => name) }, (text) => `${text.length}`)
  for (const name of PROMPT_NAMES) {
    const role = SUBTASK_ROLES.find((one) => one === name)
    const tools =
      role === undefined ? 0 : sum(ROLES[role].tools.map((tool) => JSON.stringify(describeTool(TOOLS[tool]))))
    const shape = SHAPES[name]
    // In words and as a format of the answer.
    const answer =
      shape === undefined
        ? 0
        : 2 * countTokens(JSON.stringify(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })))
    const system = countTokens(pack.systems[name])
    const all = system + tools + answer
    t.diagnostic(`${name.padEnd(10)} ${all} tokens: system ${system}, tools ${tools}, answer ${answer}`)
    assert.ok(all < LIMIT, `${name} begins with ${all} tokens`)
  }
})

function sum(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + countTokens(text), 0)
}
