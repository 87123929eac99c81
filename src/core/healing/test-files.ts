// Which files are tests, or steer them, told from their paths alone.

const TEST =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|e2e|fixtures|__snapshots__)\/|[._-](?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)test\.[cm]?[jt]sx?$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|_test\.go$|\.snap$|(?:^|[/._-])tests?\.(?:sh|bash|bats|mk)$|\.bats$/
const STEERING =
  /(?:^|\/)(?:(?:jest|vitest|playwright|cypress|mocha|karma|ava)\.config\.[^/]+|\.mocharc[^/]*|pytest\.ini|tox\.ini|setup\.cfg|noxfile\.py|\.coveragerc|\.nycrc[^/]*|\.c8rc[^/]*)$/i

export function isTestFile(path: string): boolean {
  return TEST.test(path) || STEERING.test(path)
}
