// What a file is to the tests, told from its path: in which language it is written, and whether a test runner picks it up.
export type Language = 'javascript' | 'python' | 'go' | 'rust' | 'java' | 'ruby' | 'php'

const ENDINGS: Readonly<Record<string, Language>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'javascript',
  mts: 'javascript',
  cts: 'javascript',
  tsx: 'javascript',
  vue: 'javascript',
  svelte: 'javascript',
  py: 'python',
  pyi: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'java',
  kts: 'java',
  scala: 'java',
  groovy: 'java',
  cs: 'java',
  rb: 'ruby',
  php: 'php',
}

/** Null for what is no program that we can read. */
export function languageOf(path: string): Language | null {
  const ending = /\.([a-z]+)$/.exec(path.toLowerCase())?.[1]
  return ending !== undefined && Object.hasOwn(ENDINGS, ending) ? (ENDINGS[ending] ?? null) : null
}

const COLLECTED: Readonly<Record<Language, RegExp>> = {
  javascript:
    /(?:[._-](?:test|spec|cy|e2e)|(?:^|\/)test|(?:^|\/)(?:test|__tests__|spec|e2e|cypress)\/.*)\.[cm]?[jt]sx?$/i,
  python: /(?:^|\/)(?:test_[^/]*|[^/]*_test|tests?)\.py$/,
  go: /_test\.go$/,
  // Rust keeps tests beside the code.
  rust: /\.rs$/,
  java: /(?:(?:^|\/)Test[^/]*|[^/]*(?:Tests?|TestCase|IT|Spec|Suite))\.(?:java|kt|kts|scala|groovy|cs)$/,
  ruby: /(?:_(?:test|spec)|(?:^|\/)test_[^/]*)\.rb$/,
  php: /(?:Test|Cest|(?:^|\/)(?:tests?|Feature|Unit)\/.*)\.php$/,
}
const TEST_FOLDER =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress|testing|testdata|test[-_]?(?:utils|support|helpers))\//i
const FOREIGN = /(?:^|\/)(?:node_modules|vendor|third_party|\.venv|venv|dist|build|target|\.git)\//

/** Whether runners find tests in it by its name. */
export function isCollected(path: string): boolean {
  const language = languageOf(path)
  return language !== null && !FOREIGN.test(path) && COLLECTED[language].test(path)
}

/** A collected file, or one that such files share. */
export function isTestCode(path: string): boolean {
  if (languageOf(path) === null || FOREIGN.test(path)) return false
  return isCollected(path) || TEST_FOLDER.test(path) || /(?:^|\/)conftest\.py$/.test(path)
}

/** Not the project's own. */
export function isForeign(path: string): boolean {
  return FOREIGN.test(path)
}
