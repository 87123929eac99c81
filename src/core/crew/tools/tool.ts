// What a tool is: a name, a schema for its input, and what it does in the sandbox of one task.
import type { z } from 'zod'
import type { Sandbox, SandboxLimits } from '../../ports/sandbox.ts'
import type { MetLimit } from '../../vocabulary/limit.ts'
import type { Skill } from '../prompts.ts'

export type Served = { readonly port: number; readonly command: string; readonly cwd: string }

export type ToolContext = {
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
  /** Called with what a command prints, as it prints it. */
  readonly onOutput: (text: string) => void
  /** Publishes a served port; returns its URL. */
  readonly publish: (served: Served) => Promise<string>
  readonly skills: readonly Skill[]
  readonly limits: { readonly commandMs: number; readonly sandbox: Pick<SandboxLimits, 'memoryBytes'> }
}

export type ToolOutcome = {
  readonly ok: boolean
  /** What the model is told. */
  readonly output: string
  /** The workspace may have changed. */
  readonly touched: boolean
  readonly served?: Served
  readonly finished?: { readonly summary: string; readonly evidence: readonly string[] }
  /** A limit that ended it. */
  readonly met?: MetLimit
}

/** Which there are is said by registry.ts. */
export type ToolName = string

export type Tool = {
  readonly name: ToolName
  readonly description: string
  /** It works on the files of its task alone, in their sandbox. Where it does not, a person is asked before it runs, unless a policy says otherwise. */
  readonly inside: boolean
  readonly schema: z.ZodType
  /** Checks `input` against the schema, then runs. Refusals are outcomes with `ok: false`; throws only when the sandbox is gone. */
  readonly run: (input: unknown, context: ToolContext) => Promise<ToolOutcome>
}

/** Ties a schema to the function that takes what it describes. A tool that reaches for more than its context says `inside: false`. */
export function defineTool<T>(
  name: string,
  description: string,
  schema: z.ZodType<T>,
  run: (input: T, context: ToolContext) => Promise<ToolOutcome>,
  inside = true,
): Tool {
  return {
    name,
    description,
    inside,
    schema,
    run: async (input, context) => {
      const parsed = schema.safeParse(input)
      if (parsed.success) return run(parsed.data, context)
      const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`)
      return refused(`The input does not fit: ${problems.join('; ')}`)
    },
  }
}

export function refused(output: string): ToolOutcome {
  return { ok: false, output, touched: false }
}

const REASONS = {
  not_found: 'there is no such file',
  not_a_file: 'it is not a regular file',
  too_large: 'it is too large',
  outside_workspace: 'it lies outside of the workspace',
  no_space: 'the disk limit is reached',
  denied: 'permission was denied',
} as const

export function refusedFile(path: string, reason: keyof typeof REASONS): ToolOutcome {
  return refused(`${path}: ${REASONS[reason]}.`)
}
