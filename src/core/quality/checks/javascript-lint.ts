// Linters of JavaScript and what comes with it, each where a project has it set up.
import { biomeFindings, eslintFindings, oxlintFindings } from '../outputs/lint-output.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { hasFile, LINT_MS, notInstalled } from './limits.ts'

const ESLINT_CONFIG = /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.\w+)?)$/
/** With plugins they read nearly anything; these they don't. */
const OF_OTHERS = /\.(?:py|pyi|go|rs|rb|php|java|kt|png|jpe?g|gif|webp|ico|woff2?|pdf|mp[34]|wav)$/i

type About = Pick<Runner, 'name' | 'parse'> & {
  readonly isWanted: (project: Project) => boolean
  readonly command: string
}

function linter({ name, parse, isWanted, command }: About): Runner {
  return {
    name,
    kind: 'lint',
    scope: 'project',
    detect: (project) => {
      if (!isWanted(project)) return []
      if (!project.tools.has(name)) return [{ type: 'skip', reason: notInstalled(name) }]
      return [{ type: 'command', command, timeoutMs: LINT_MS }]
    },
    parse,
    watches: (path) => !OF_OTHERS.test(path),
  }
}

export const eslint = linter({
  name: 'eslint',
  command: 'eslint .',
  isWanted: (project) => hasFile(project, ESLINT_CONFIG) || 'eslintConfig' in project.manifest.all,
  parse: (raw) => ({ findings: eslintFindings(raw) }),
})

export const oxlint = linter({
  name: 'oxlint',
  command: 'oxlint',
  isWanted: (project) => hasFile(project, /^\.?oxlintrc\.json$/),
  parse: (raw) => ({ findings: oxlintFindings(raw) }),
})

export const biome = linter({
  name: 'biome',
  command: 'biome lint .',
  isWanted: (project) => hasFile(project, /^\.?biome\.jsonc?$/),
  parse: (raw) => ({ findings: biomeFindings(raw) }),
})
