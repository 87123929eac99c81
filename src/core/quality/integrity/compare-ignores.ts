// Comments that tell a checker to look away: those that came with a change.
import { weakening } from './compare-tests.ts'
import { isForeign } from './languages.ts'
import type { ChangedFile, Weakening } from '../weakening.ts'

const IGNORE =
  /(?:\/\*|\/\/|#|<!--|--)\s{0,99}(?:[\w-]{1,40}:\s{0,99})?(eslint-disable(?:-next-line|-line)?|oxlint-disable(?:-next-line|-line)?|biome-ignore(?:-all|-start)?|tslint:disable|@ts-(?:ignore|expect-error|nocheck)|prettier-ignore-file|istanbul ignore|c8 ignore|v8 ignore|node:coverage (?:disable|ignore)|flow-disable|\$FlowFixMe|noqa|type:\s{0,99}ignore|pylint:\s{0,99}disable|pyright:\s{0,99}(?:ignore|basic|strict=false)|mypy:\s{0,99}(?:ignore-errors|disable)|ruff:\s{0,99}noqa|flake8:\s{0,99}noqa|nosec|nosemgrep|pragma:\s{0,99}no\s{0,99}cover|nolint|lint:ignore|gosec|rubocop:disable|phpcs:(?:ignore|disable)|@phpstan-ignore|@psalm-suppress|NOSONAR|noinspection|ktlint-disable|swiftlint:disable|shellcheck disable)|#!?\[(?:cfg_attr\([^\]]{0,80})?(allow)\([^\]]{0,200}\]|@(SuppressWarnings|Suppress|SuppressFBWarnings)\b/gi

/** A file that is too long for it is data. */
const MOST_CHARACTERS = 1_000_000

/** What moved is not new. In a new file it is a note: nothing was checked there before. */
export function compareIgnores(files: readonly ChangedFile[]): readonly Weakening[] {
  const own = files.filter(
    ({ path }) =>
      !isForeign(path) &&
      /\.\w{1,10}$/.test(path) &&
      !/\.(?:md|mdx|rst|txt|json|lock|svg|snap|patch|diff)$/i.test(path),
  )
  const known = new Map<string, number>()
  for (const { before } of own) for (const { key } of ignoresIn(before)) known.set(key, (known.get(key) ?? 0) + 1)
  // Those that stay where they were use up what is known before those that came elsewhere.
  const come = own.flatMap(({ path, before, after }) => {
    const was = new Map<string, number>()
    for (const { key } of ignoresIn(before)) was.set(key, (was.get(key) ?? 0) + 1)
    return ignoresIn(after).flatMap((one) => {
      const left = was.get(one.key) ?? 0
      if (left === 0) return [{ ...one, path, isNew: before === null }]
      was.set(one.key, left - 1)
      known.set(one.key, (known.get(one.key) ?? 1) - 1)
      return []
    })
  })
  return come.flatMap(({ key, text, line, path, isNew }) => {
    const left = known.get(key) ?? 0
    known.set(key, left - 1)
    if (left > 0) return []
    return [
      weakening(path, line, 'new-ignore', 'A check is told to look away here.', '', text, isNew ? 'note' : 'error'),
    ]
  })
}

type Ignore = { readonly key: string; readonly text: string; readonly line: number }

function ignoresIn(text: string | null): readonly Ignore[] {
  if (text === null || text.length > MOST_CHARACTERS) return []
  let [line, from] = [1, 0]
  // However many blanks stand before a word, they say nothing.
  const short = text.replace(/[ \t]+/g, ' ')
  return [...short.matchAll(IGNORE)].map((match) => {
    for (let at = short.indexOf('\n', from); at !== -1 && at < match.index; at = short.indexOf('\n', from)) {
      line += 1
      from = at + 1
    }
    const whole = (short.slice(match.index, match.index + 200).split('\n')[0] ?? '').trim()
    return { key: (match[1] ?? match[2] ?? match[3] ?? '').toLowerCase().replace(/\s+/g, ' '), text: whole, line }
  })
}
