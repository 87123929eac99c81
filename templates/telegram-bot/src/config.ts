// What can be set from outside, checked once when the program starts.
export type Config = {
  readonly token: string
  readonly databaseFile: string
  readonly port: number
  readonly host: string
  /** Null for Telegram's own. */
  readonly apiRoot: string | null
}

/** An empty variable is an unset one. Throws an Error that says what to do, and never shows a value. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const token = environment['TELEGRAM_BOT_TOKEN'] ?? ''
  const port = Number(environment['PORT'] || 8080)
  const apiRoot = environment['TELEGRAM_API_ROOT'] || null
  if (!/^\d+:[\w-]+$/.test(token)) throw new Error('Set TELEGRAM_BOT_TOKEN to the token that @BotFather gave you.')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535.')
  if (apiRoot !== null && !URL.canParse(apiRoot)) throw new Error('TELEGRAM_API_ROOT must be a URL.')
  return {
    token,
    databaseFile: environment['DATABASE_FILE'] || 'data/bot.db',
    port,
    host: environment['HOST'] || '0.0.0.0',
    apiRoot,
  }
}
