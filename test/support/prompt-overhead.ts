// What every model call costs before a word of the request is said, in tokens of a provider's own tokenizer.
import { fileURLToPath } from 'node:url'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { z } from 'zod'
import { readPrompts } from '../../src/adapters/prompts/directory.ts'
import { COMMANDS } from '../../src/core/conversation/command-texts.ts'
import { buildCrew } from '../../src/core/crew/crew-registry.ts'
import { planSchema } from '../../src/core/crew/plan-schema.ts'
import { buildPromptPack } from '../../src/core/crew/prompt-pack.ts'
import { REVIEW_SCHEMA, ROUTE_SCHEMA } from '../../src/core/crew/schemas.ts'
import { describeTool } from '../../src/core/crew/tools/describe-tool.ts'
import { TOOLS } from '../../src/core/crew/tools/registry.ts'
import { ANALYSIS_SCHEMA } from '../../src/core/healing/analysis-schema.ts'
import { WORK_KINDS } from '../../src/core/vocabulary/plan.ts'

type Overhead = {
  readonly name: string
  readonly system: number
  /** What is said of the kind of work of which most is said. */
  readonly kind: number
  readonly tools: number
  /** The shape of the answer, which goes along in words and as a format. */
  readonly answer: number
  readonly all: number
}

/** As many templates as the project brings, with names as long as theirs. */
const TEMPLATES = [
  'static-site',
  'node-web',
  'ts-api',
  'python-api',
  'django',
  'full-stack',
  'cli-tool',
  'telegram-bot',
]

/** Of every role, with the prompts that the project comes with. */
export async function promptOverheads(): Promise<readonly Overhead[]> {
  const sources = await readPrompts(fileURLToPath(new URL('../../prompts', import.meta.url)))
  const crew = buildCrew(sources.roles, TOOLS)
  const commands = COMMANDS.map(({ name }) => name)
  const pack = buildPromptPack({ ...sources, crew, commands }, (text) => `${text.length}`)
  const roles = crew.subtaskRoles().map(({ name }) => name)
  const shapes: Readonly<Record<string, z.ZodType>> = {
    router: ROUTE_SCHEMA,
    planner: planSchema({ roles, templates: TEMPLATES }),
    reviewer: REVIEW_SCHEMA,
    analyst: ANALYSIS_SCHEMA,
  }
  return crew.roles.map(({ name, tools: names }) => {
    const described = names.flatMap((tool) => crew.tool(tool) ?? []).map((tool) => JSON.stringify(describeTool(tool)))
    const tools = described.reduce((total, text) => total + countTokens(text), 0)
    const shape = shapes[name]
    const answer =
      shape === undefined
        ? 0
        : 2 * countTokens(JSON.stringify(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })))
    const system = countTokens(pack.system(name))
    const kind = Math.max(...WORK_KINDS.map((one) => countTokens(pack.system(name, one)))) - system
    return { name, system, kind, tools, answer, all: system + kind + tools + answer }
  })
}
