// Known holes in dependencies, asked of those who keep the lists: where they can't be reached the check says so and stands in nobody's way.
import type { Finding } from '../../vocabulary/check.ts'
import { isRecord } from '../manifest.ts'
import type { Parsed, RawOutput, Runner } from '../runner.ts'
import { jsonIn, unreadable } from './security-scanners.ts'

/** Nobody waits long for a host that does not answer. */
const AUDIT_MS = 25_000
const NPM =
  'npm audit --json --omit=dev --audit-level=high --fetch-retries=0 --fetch-timeout=8000 --no-fund --no-update-notifier --loglevel=error'
const PIP = 'pip-audit --disable-pip --no-deps --format json --progress-spinner off --timeout 8 -r requirements.txt'
const LOCK = /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/

export const npmAudit: Runner = {
  name: 'npm audit',
  kind: 'dependencies',
  scope: 'project',
  detect: ({ files, tools, manifest }) => {
    const deps = manifest.all['dependencies']
    if (
      !files.some((path) => LOCK.test(path) && !path.includes('/')) ||
      !isRecord(deps) ||
      Object.keys(deps).length === 0
    )
      return []
    if (!tools.has('npm')) return []
    return [{ type: 'command', command: within(NPM), timeoutMs: AUDIT_MS + 5_000, isQuiet: true }]
  },
  parse: parseNpm,
  watches: (path) => LOCK.test(path),
}

export const pipAudit: Runner = {
  name: 'pip-audit',
  kind: 'dependencies',
  scope: 'project',
  detect: ({ files, tools }) =>
    files.includes('requirements.txt') && tools.has('pip-audit')
      ? [{ type: 'command', command: within(PIP), timeoutMs: AUDIT_MS + 5_000, isQuiet: true }]
      : [],
  parse: parsePip,
  watches: (path) => /(?:^|\/)requirements[\w.-]*\.txt$/.test(path),
}

/** Ended as a result, rather than by the gate's own limit, which is a failure. */
function within(command: string): string {
  return `timeout ${AUDIT_MS / 1_000} ${command}`
}

function parseNpm(raw: RawOutput): Parsed {
  const answer = jsonIn(raw.stdout)
  if (raw.exitCode === 124)
    return { findings: [], skip: 'the list of known holes can’t be reached: no answer came in time' }
  const said = isRecord(answer?.['error']) ? answer['error'] : null
  if (said !== null || (answer !== null && 'message' in answer && !('vulnerabilities' in answer)))
    return {
      findings: [],
      skip: `the list of known holes can’t be reached: ${sentence(said?.['summary'] ?? said?.['code'] ?? answer?.['message'])}`,
    }
  if (answer === null || !isRecord(answer['vulnerabilities'])) return unreadable('npm audit')
  return {
    findings: Object.entries(answer['vulnerabilities']).flatMap(([name, is]) =>
      isRecord(is) ? [npmFinding(name, is)] : [],
    ),
  }
}

function npmFinding(name: string, is: Readonly<Record<string, unknown>>): Finding {
  const via: readonly unknown[] = Array.isArray(is['via']) ? is['via'] : []
  const first = via.find(isRecord)
  const through = via.filter((one): one is string => typeof one === 'string')
  const fix = is['fixAvailable']
  const mended =
    fix === false
      ? 'There is no fix yet.'
      : isRecord(fix)
        ? `Fixed by ${sentence(fix['name'])} ${sentence(fix['version'])}.`
        : 'A newer version mends it.'
  const title = first === undefined ? `through ${through.slice(0, 3).join(', ')}` : sentence(first['title'])
  const severity =
    is['severity'] === 'high' || is['severity'] === 'critical'
      ? 'error'
      : is['severity'] === 'moderate'
        ? 'warning'
        : 'note'
  const url = first === undefined ? null : first['url']
  const rule = typeof url === 'string' ? (/GHSA-[\w-]{4,60}$/.exec(url)?.[0] ?? null) : null
  return {
    file: 'package-lock.json',
    line: null,
    rule,
    message: `${name} (${sentence(is['severity'])}): ${title}. ${mended}`,
    severity,
  }
}

function parsePip(raw: RawOutput): Parsed {
  const answer = jsonIn(raw.stdout)
  if (raw.exitCode === 124)
    return { findings: [], skip: 'the list of known holes can’t be reached: no answer came in time' }
  if (answer === null) {
    if (/connection|timed? ?out|resolve|network|proxy|unreachable|ServiceError|SSL/i.test(raw.stderr))
      return { findings: [], skip: 'the list of known holes can’t be reached' }
    return unreadable('pip-audit')
  }
  const packages: readonly unknown[] = Array.isArray(answer['dependencies']) ? answer['dependencies'] : []
  return {
    findings: packages.filter(isRecord).flatMap((one) => {
      const holes: readonly unknown[] = Array.isArray(one['vulns']) ? one['vulns'] : []
      return holes.filter(isRecord).map((hole): Finding => {
        const fixed: readonly unknown[] = Array.isArray(hole['fix_versions']) ? hole['fix_versions'] : []
        const mended =
          fixed.length === 0 ? 'There is no fix yet.' : `Fixed by ${fixed.map(String).slice(0, 3).join(', ')}.`
        return {
          file: 'requirements.txt',
          line: null,
          rule: sentence(hole['id']),
          message: `${sentence(one['name'])} ${sentence(one['version'])}: ${sentence(hole['description'])} ${mended}`,
          severity: 'error',
        }
      })
    }),
  }
}

function sentence(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).replace(/\s+/g, ' ').slice(0, 300)
    : 'no reason was given'
}
