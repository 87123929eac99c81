// What pytest prints: sections of failures with `E` lines, and a short summary with the ids.
import type { Finding } from '../../vocabulary/check.ts'
import { blocksOf, errorAt, linesOf, messageOfLines, NOWHERE, placeOf } from './lines.ts'
import type { Place } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const SECTION = /^_{3,} (.+?) _{3,}$/
const SUMMARY = /^(?:FAILED|ERROR) (\S+?\.\w+)(?:::(.+?))?(?: - (.*))?$/
const LOCATION = /^([^\s:]+\.\w+):(\d+): /
const USAGE_ERROR = 4
const RULER = /^={3,}(?: .* )?={3,}$/

type Section = { readonly place: Place; readonly message: string; readonly places: readonly Place[] }

export function pytestFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  const sections = new Map<string, Section>()
  for (const [head = '', ...rest] of blocksOf(lines, (line) => SECTION.test(line) || RULER.test(line))) {
    const title = SECTION.exec(head)?.[1]
    if (title !== undefined)
      sections.set(title.replace(/^ERROR (?:collecting|at (?:setup|teardown) of) /, ''), sectionOf(rest))
  }
  const findings = lines.flatMap((line) => {
    const [all, file = '', test, said] = SUMMARY.exec(line) ?? []
    if (all === undefined) return []
    const section = sections.get(test === undefined ? file : test.replaceAll('::', '.'))
    const own = section?.places.findLast((place) => place.file === file)
    const place = own ?? (test === undefined && section?.place.file != null ? section.place : placeOf(file, undefined))
    return [errorAt(place, test === undefined ? file : `${file}::${test}`, section?.message || said || 'It failed.')]
  })
  if (findings.length > 0) return findings
  const fromSections = [...sections].map(([title, { place, message }]) =>
    errorAt(place, title, message || 'It failed.'),
  )
  return fromSections.length > 0 ? fromSections : beforeTests(lines, raw.exitCode)
}

export function pytestRanNothing({ exitCode, ...raw }: RawOutput): boolean {
  return exitCode === 5 && linesOf(raw).some((line) => /no tests ran|deselected/.test(line))
}

function sectionOf(lines: readonly string[]): Section {
  const said = lines.filter((line) => /^E {3}/.test(line)).map((line) => line.slice(4))
  const places = lines.flatMap((line) => {
    const [, file, number] = LOCATION.exec(line) ?? []
    return file === undefined ? [] : [placeOf(file, number)]
  })
  const [, file, number] =
    /^\s*File "([^"]+)", line (\d+)/.exec(said.find((line) => line.includes('File "')) ?? '') ?? []
  const inside = places.findLast((place) => place.file !== null && !place.file.startsWith('/usr/'))
  return {
    place: file === undefined ? (inside ?? NOWHERE) : placeOf(file, number),
    places,
    message: messageOfLines(said),
  }
}

/** Where not even the tests could be gathered: a conftest that can't be imported, a wrong option. */
function beforeTests(lines: readonly string[], exitCode: number | null): readonly Finding[] {
  const conftest = lines.findIndex((line) => line.startsWith('ImportError while loading conftest'))
  if (conftest !== -1) {
    const file = /'([^']+)'/.exec(lines[conftest] ?? '')?.[1]
    return [
      errorAt(
        placeOf(file, undefined),
        'conftest',
        sectionOf(lines.slice(conftest)).message || 'It can not be imported.',
      ),
    ]
  }
  if (exitCode !== USAGE_ERROR) return []
  return lines
    .filter((line) => /^ERROR: \S/.test(line))
    .map((line) => errorAt(NOWHERE, null, line.slice('ERROR: '.length)))
}
