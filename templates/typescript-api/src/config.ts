// What can be set from outside, checked once when the program starts.
import { z } from 'zod'

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  DATABASE_FILE: z.string().min(1).default('data/app.db'),
  API_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
})

export type Config = z.infer<typeof schema>

/** An empty variable is an unset one. Throws an Error that names every variable that is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.entries(environment).filter(([, value]) => value !== '')
  const read = schema.safeParse(Object.fromEntries(given))
  if (read.success) return read.data
  const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The configuration has mistakes:\n${problems.join('\n')}`)
}
