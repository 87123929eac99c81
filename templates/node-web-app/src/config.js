// What can be set from outside, checked once when the program starts.

/** Throws an Error that names the variable. */
export function readConfig(environment) {
  const port = Number(environment.PORT ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535')
  return {
    port,
    host: environment.HOST || '0.0.0.0',
    databaseFile: environment.DATABASE_FILE || 'data/app.db',
  }
}
