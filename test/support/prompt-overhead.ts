// What every model call costs before a word of the request is said, in tokens of a provider's own tokenizer.
import { fileURLToPath } from 'node:url'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { z } from 'zod'
import { readPrompts } from '../../src/adapters/prompts/directory.ts'
import { COMMANDS } from '../../src/core/conversation/command-texts.ts'
import { buildPromptPack } from '../../src/core/crew/prompt-pack.ts'
import { PROMPT_NAMES } from '../../src/core/crew/prompts.ts'
import type { PromptName } from '../../src/core/crew/prompts.ts'
import { ROLES, SUBTASK_ROLES } from '../../src/core/crew/roles.ts'
import { PLAN_SCHEMA, REVIEW_SCHEMA, ROUTE_SCHEMA } from '../../src/core/crew/schemas.ts'
import { describeTool, TOOLS } from '../../src/core/crew/tools/registry.ts'

type Overhead = {
  readonly name: PromptName
  readonly system: number
  readonly tools: number
  /** The shape of the answer, which goes along in words and as a format. */
  readonly answer: number
  readonly all: number
}

const SHAPES: Readonly<Partial<Record<PromptName, z.ZodType>>> = {
  router: ROUTE_SCHEMA,
  planner: PLAN_SCHEMA,
  reviewer: REVIEW_SCHEMA,
}

/** Of every role, with the prompts that the project comes with. */
export async function promptOverheads(): Promise<readonly Overhead[]> {
  const sources = await readPrompts(fileURLToPath(new URL('../../prompts', import.meta.url)))
  const pack = buildPromptPack({ ...sources, commands: COMMANDS.map(({ name }) => name) }, (text) => `${text.length}`)
  return PROMPT_NAMES.map((name) => {
    const role = SUBTASK_ROLES.find((one) => one === name)
    const described =
      role === undefined ? [] : ROLES[role].tools.map((tool) => JSON.stringify(describeTool(TOOLS[tool])))
    const tools = described.reduce((total, text) => total + countTokens(text), 0)
    const shape = SHAPES[name]
    const answer =
      shape === undefined
        ? 0
        : 2 * countTokens(JSON.stringify(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })))
    const system = countTokens(pack.systems[name])
    return { name, system, tools, answer, all: system + tools + answer }
  })
}
