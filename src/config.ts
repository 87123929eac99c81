// The only reader of the environment: one schema, one frozen value, every mistake reported at once.
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import type { RequestSettings } from './core/access/requests.ts'
import { CONFIRM_WORK } from './core/crew/run.ts'

const MINUTE = 60_000
const text = z.string().min(1).optional()
const number = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback)
const flag = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .default('false')
  .transform((value) => value === 'true' || value === '1')
const url = z.url({ protocol: /^https?$/ }).optional()

/** Every variable there is, by the name it has in the environment. */
export const ENVIRONMENT = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, message: 'must look like postgres://user@host/name' }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, message: 'must look like redis://host:6379' }).optional(),
  /** What kind of place hosts of repositories are, where their names don't say it: `git.example.org=gitea,…`. */
  CODE_HOSTS: z
    .string()
    .regex(
      /^\s*[\w.-]+(:\d+)?=(github|gitea)(\s*,\s*[\w.-]+(:\d+)?=(github|gitea))*\s*$/,
      'must look like git.example.org=gitea,code.example.org=github',
    )
    .optional(),
  /** Set by npm: where the person stood when they ran a script. */
  INIT_CWD: text,
  DATA_DIR: z.string().min(1).default('.factotum'),
  HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  HTTP_PORT: number(7070, 0, 65_535),
  PUBLIC_URL: url,
  PREVIEW_URL: z
    .string()
    .regex(/^https?:\/\/\*\.[^/]+\/?$/, 'must look like https://*.preview.example.org')
    .optional(),
  PREVIEW_MINUTES: z.coerce.number().min(0).max(10_000).default(30),
  JWT_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  JWT_SECRET_PREVIOUS: z.string().min(16, 'must have at least 16 characters').optional(),
  /** Prints the vault's key; split at spaces, run without a shell. */
  VAULT_KEY_COMMAND: text,
  VAULT_OVERLAP_HOURS: z.coerce.number().min(0).max(10_000).default(24),
  /** Set by systemd for units with LoadCredential=. */
  CREDENTIALS_DIRECTORY: text,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Several bots: comma-separated. */
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+(\s*,\s*\d+:[\w-]+)*$/, 'must look like 123456:ABC-def, as BotFather gave it')
    .optional(),
  TELEGRAM_API_ROOT: url.default('https://api.telegram.org'),
  TELEGRAM_WEBHOOK_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  TG_OWNER_IDS: z
    .string()
    .regex(/^\s*\d+(\s*[,\s]\s*\d+)*\s*$/, "must be people's numeric ids, comma-separated")
    .optional(),
  TG_ONLY_AGENT_OUTPUT: flag,
  TG_VERBOSITY: number(1, 0, 2),
  TG_DRAFTS: flag,
  TG_STALE_MINUTES: z.coerce.number().min(0.01).max(100_000).default(15),
  S3_ENDPOINT: url,
  S3_BUCKET: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      "must be a bucket's name: 3 to 63 small letters, digits, dots and dashes",
    )
    .optional(),
  S3_REGION: z.string().min(1).default('us-east-1'),
  S3_ACCESS_KEY_ID: text,
  S3_SECRET_ACCESS_KEY: text,
  ANTHROPIC_API_KEY: text,
  ANTHROPIC_BASE_URL: url,
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: url,
  GEMINI_API_KEY: text,
  GEMINI_BASE_URL: url,
  OPENAI_COMPATIBLE_API_KEY: text,
  OPENAI_COMPATIBLE_BASE_URL: url,
  MODEL_SMALL: text,
  MODEL_MAIN: text,
  MODEL_REVIEW: text,
  MODEL_TRANSCRIBE: text,
  MODEL_VISION: text,
  MODEL_EMBED: text,
  MODEL_DEADLINE_SECONDS: number(300, 1, 3_600),
  WORKER_CONCURRENCY: number(3, 1, 100),
  AGENTS_AT_ONCE: number(3, 1, 100),
  WORKER_LEASE_SECONDS: number(30, 1, 3_600),
  APPROVAL_HOURS: z.coerce.number().min(0.001).max(10_000).default(24),
  /** 0 is no limit, in each of these four. */
  REQUESTS_PER_MINUTE: number(10, 0, 1_000_000),
  REQUESTS_PER_MINUTE_ALL: number(100, 0, 1_000_000),
  OWNER_REQUESTS_PER_MINUTE: number(0, 0, 1_000_000),
  TASKS_AT_ONCE: number(10, 0, 1_000),
  REQUESTER_ABORT: z
    .enum(['true', 'false', '1', '0'], 'must be true or false')
    .default('true')
    .transform((value) => value === 'true' || value === '1'),
  INPUT_CHARACTERS: number(32_000, 100, 1_000_000),
  CONFIRM_WORK: z.enum(CONFIRM_WORK).default('always'),
  CONTEXT_TOKENS: number(6_000, 500, 200_000),
  /** 0: no answer is kept. */
  PROMPT_CACHE_MINUTES: z.coerce.number().min(0).max(100_000).default(60),
  TASK_MODEL_CALLS: number(200, 1, 100_000),
  TASK_TOKENS: number(2_000_000, 1_000, 1_000_000_000),
  AGENT_TURNS: number(40, 1, 1_000),
  REPAIR_ROUNDS: number(3, 0, 20),
  HEAL_MINUTES: number(20, 1, 1_000),
  HEAL_TOKENS: number(500_000, 1_000, 1_000_000_000),
  /** Whose host engine may build images; empty: none. */
  CONTAINER_BUILDS: z.enum(['', 'docker', 'podman', 'buildah']).default(''),
  COMMAND_SECONDS: number(300, 1, 3_600),
  SANDBOX_MEMORY_MB: number(2_048, 64, 1_000_000),
  SANDBOX_PROCESSES: number(512, 16, 100_000),
  SANDBOX_DISK_MB: number(1_024, 16, 1_000_000),
})

export type S3Config = {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

type Environment = z.infer<typeof ENVIRONMENT>
export type Config = Readonly<Environment> & {
  /** Absolute. */
  readonly dataDir: string
  readonly previewMs: number
  readonly approvalMs: number
  /** As BotFather gave them. */
  readonly telegramTokens: readonly string[]
  readonly telegramOwners: readonly string[]
  readonly requests: RequestSettings
  /** Where objects are kept; null for the data directory. */
  readonly s3: S3Config | null
  /** Values that must never be shown. */
  readonly secrets: readonly string[]
  /** By the variable that each came in. */
  readonly secretVariables: readonly { readonly name: string; readonly value: string }[]
}

const SECRET_NAMES = [
  'JWT_SECRET',
  'JWT_SECRET_PREVIOUS',
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'GEMINI_API_KEY',
  'OPENAI_COMPATIBLE_API_KEY',
  'DATABASE_URL',
  'REDIS_URL',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_WEBHOOK_SECRET',
] as const satisfies readonly (keyof Environment)[]

/** A mistake in the configuration, in sentences for the operator. */
export class ConfigError extends Error {}

/**
 * Reads `.env`, then `.env.secrets` (refused unless only its owner may read it), then the environment; the later wins.
 * Throws ConfigError with every mistake, a line each.
 */
export function readConfig(directory: string, environment: NodeJS.ProcessEnv = process.env): Config {
  const settings = readEnvFile(resolve(directory, '.env'), false)
  const secrets = readEnvFile(resolve(directory, '.env.secrets'), true)
  // An empty variable is an unset one: compose files and CI set many of those.
  const given = Object.entries({ ...settings, ...secrets, ...environment }).filter(
    ([, value]) => value !== undefined && value !== '',
  )
  const parsed = ENVIRONMENT.safeParse(Object.fromEntries(given))
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(`The configuration has mistakes:\n${lines.join('\n')}`)
  }
  const values = parsed.data
  if (!isLoopback(values.HTTP_HOST) && values.JWT_SECRET === undefined) {
    throw new ConfigError(
      `HTTP_HOST is ${values.HTTP_HOST}, which others can reach: set JWT_SECRET (at least 16 characters) first, or leave HTTP_HOST at 127.0.0.1.`,
    )
  }
  if (values.TELEGRAM_WEBHOOK_SECRET !== undefined && values.PUBLIC_URL === undefined) {
    throw new ConfigError(
      'TELEGRAM_WEBHOOK_SECRET is set, so Telegram is to call us, but PUBLIC_URL is not: set it to where we are reached from outside, or unset the secret to ask Telegram for news instead.',
    )
  }
  const telegramTokens = list(values.TELEGRAM_BOT_TOKEN)
  return Object.freeze({
    ...values,
    dataDir: resolve(directory, values.DATA_DIR),
    previewMs: values.PREVIEW_MINUTES * MINUTE,
    approvalMs: values.APPROVAL_HOURS * 60 * MINUTE,
    telegramTokens,
    telegramOwners: list(values.TG_OWNER_IDS),
    requests: {
      perMinute: values.REQUESTS_PER_MINUTE,
      perMinuteAll: values.REQUESTS_PER_MINUTE_ALL,
      ownerPerMinute: values.OWNER_REQUESTS_PER_MINUTE,
      tasksAtOnce: values.TASKS_AT_ONCE,
    },
    s3: s3Config(values),
    secretVariables: SECRET_NAMES.flatMap((name) => {
      const value = values[name]
      return value === undefined ? [] : [{ name, value }]
    }),
    secrets: [...SECRET_NAMES.flatMap((name) => values[name] ?? []), ...telegramTokens],
  })
}

/** Half of it would keep some objects where nobody looks for them. */
function s3Config(values: Environment): S3Config | null {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region } = values
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values
  const needed = {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (endpoint !== undefined && bucket !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined)
    return { endpoint, bucket, region, accessKeyId, secretAccessKey }
  if (missing.length === Object.keys(needed).length) return null
  throw new ConfigError(
    `Objects are kept in S3 only when all of it is set: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not. Set ${missing.length === 1 ? 'it' : 'them'}, or unset the others to keep objects in the data directory.`,
  )
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((item) => item !== '')
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function readEnvFile(path: string, secret: boolean): Record<string, string | undefined> {
  if (!existsSync(path)) return {}
  const file = openForReading(path)
  try {
    const mode = fstatSync(file).mode & 0o777
    if (secret && process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ConfigError(`${path} can be read by others (mode ${mode.toString(8)}): run \`chmod 600 ${path}\`.`)
    }
    return parseEnv(readFileSync(file, 'utf8'))
  } finally {
    closeSync(file)
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw new ConfigError(`${path} is there but can't be read: make it readable for yourself, or remove it.`, {
      cause: error,
    })
  }
}
