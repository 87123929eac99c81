// Where settings and data lie when somebody starts the program somewhere: a repository that was cloned brings none along.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const OWN = resolve(fileURLToPath(new URL('..', import.meta.url)))

/**
 * The folder itself, unless it lies in a git checkout that is not the program's own: what is called `.env` or `.factotum` there belongs to
 * that project, or was put there by whoever wrote it. Then it is the program's own folder.
 */
export function settingsFolder(directory: string, own: string = OWN): string {
  const checkout = checkoutOf(resolve(directory))
  return checkout === null || checkout === checkoutOf(own) || checkout === own ? resolve(directory) : own
}

/** The innermost folder, from this one upwards, that git keeps; null where there is none. */
function checkoutOf(directory: string): string | null {
  if (existsSync(join(directory, '.git'))) return directory
  const parent = dirname(directory)
  return parent === directory ? null : checkoutOf(parent)
}
