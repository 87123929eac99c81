import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ShellScript } from '../../core/ports/shell-reader.ts'
import { createBashReader } from './bash-reader.ts'

const shell = createBashReader()

/** The words of every command, those of the scripts in its words before it. */
function wordsIn(script: ShellScript): readonly string[] {
  return script.commands.flatMap((command) => {
    const words = [...(command.name === null ? [] : [command.name]), ...command.words]
    const others = [
      ...command.assignments.flatMap(({ value }) => value ?? []),
      ...command.redirects.map((one) => one.target),
    ]
    const inner = [...words, ...others].flatMap(({ scripts }) => scripts).flatMap(wordsIn)
    return words.length === 0 ? inner : [...inner, words.map(({ text }) => text ?? '?').join(' ')]
  })
}

const read = (text: string) => wordsIn(shell.read(text))

test('quotes, escapes and ANSI-C strings are gone from words', () => {
  assert.deepEqual(read(String.raw`r''m "-rf" \a $'\x2f'`), ['rm -rf a /'])
})

test('every command of a line is read, wherever it stands', () => {
  assert.deepEqual(read('a; b && c || d & (e) | { f; }'), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.deepEqual(read('if a; then b; elif c; then d; else e; fi'), ['a', 'b', 'c', 'd', 'e'])
  assert.deepEqual(read('for x in $(a); do b; done; while c; do d; done'), ['a', '?', 'b', 'c', 'd'])
  assert.deepEqual(read('case $(a) in x) b;; esac; f() { c; }; coproc d'), ['a', '?', 'b', 'c', 'd'])
})

test('scripts inside of words are read: substitutions, here-documents, defaults, arithmetic, subscripts', () => {
  assert.deepEqual(read('a "$(b)" `c` <(d) ${x:-$(e)} $((1 + $(f)))'), ['b', 'c', 'd', 'e', 'f', 'a ? ? ? ? ?'])
  assert.deepEqual(read('X=$(a) b > $(c)'), ['a', 'c', 'b'])
  assert.deepEqual(read('cat <<E\n$(a)\nE'), ['a', 'cat'])
  assert.deepEqual(read("cat <<'E'\n$(a)\nE"), ['cat'])
})

test('what sh reads otherwise than bash is read in both ways', () => {
  assert.deepEqual(read('((rm -rf /))'), ['rm -rf /'])
  for (const line of [
    '[[ a && rm -rf / ]]',
    String.raw`: $'\'; rm -rf / #'`,
    String.raw`X=$'\'; rm -rf /; Y='`,
    'echo $[ 1; rm -rf / ]',
    ': &> f rm -rf /',
    ': &>>f rm -rf /',
  ])
    assert.ok(
      read(line).some((words) => words.startsWith('rm -rf /')),
      line,
    )
})

test('a here-document that may end elsewhere for sh is no text that is known', () => {
  for (const line of [
    "cat <<$'a'\n$a\nrm -rf /\na\n",
    'cat <<"a"`;rm -rf /',
    'cat << a${x;rm -rf /',
    'cat <<a"b"\nab\n',
  ])
    assert.notDeepEqual(shell.read(line).problems, [], line)
  for (const line of [
    'cat <<EOF\na\nEOF',
    "cat <<-'E O'\na\nE O",
    'cat << "E.1" | sort\na\nE.1',
    'cat <<\\E\na\nE',
    'a $((1<<2)) <<<$x',
  ])
    assert.deepEqual(shell.read(line).problems, [], line)
})

test('what a program that is written down shifts or prints opens no here-document; what a text runs does', () => {
  for (const line of [
    "cat > a.ts <<'E'\nconst signs = ['<<=', '<<']\nx <<= (1)\nE\nb",
    'cat > a.cpp <<E\nstd::cout <<(x) <<"\\n";\nE\nb',
  ]) {
    assert.deepEqual(shell.read(line).problems, [], line)
    assert.equal(read(line).at(-1), 'b', line)
  }
  for (const line of [
    "cat <<E\n$(cat <<$'a'\nrm -rf /\na\n)\nE\n",
    "echo \"<<'E'\"\ncat <<$'a'\nrm -rf /\na\nE\n",
    "cat <<'E'\na\nE\ncat <<$'a'\nrm -rf /\na\n",
    "cat <<'E'\ncat <<$'a'\n",
  ])
    assert.notDeepEqual(shell.read(line).problems, [], line)
})

test('a variable is known when it was given once, for certain, to a literal, before', () => {
  assert.deepEqual(read('X=rm; $X -rf "$HOME"'), ['rm -rf ~'])
  assert.deepEqual(read("X='rm -rf /'; $X"), ['rm -rf /'])
  for (const line of [
    'X=rm; X=ls; $X a',
    'false && X=rm; $X a',
    '(X=rm); $X a',
    'X=rm; read X; $X a',
    'X=rm; IFS=r; $X a',
    'X=rm; R=read; $R X; $X a',
    '$X a; X=rm',
    'X=rm; : ${X:=ls}; $X a',
  ])
    assert.ok(read(line).includes('? a'), line)
})

test('what is piped into a command is known where it is one command', () => {
  const [, second] = shell.read('echo a | sh').commands
  assert.equal(second?.pipedFrom?.name?.text, 'echo')
  const group = shell.read('(echo a; echo b) | sh').commands.at(-1)
  assert.equal(group?.pipedFrom?.name, null)
})

test('what does not read as a whole says so, and still shows what it holds', () => {
  for (const line of ["rm 'a", 'if a; then', 'a $(', '(a', 'rm a\0b']) {
    const script = shell.read(line)
    assert.notDeepEqual(script.problems, [], line)
    assert.notDeepEqual(script.commands, [], line)
  }
  assert.notDeepEqual(shell.read('a'.repeat(200_000)).problems, [])
  // What would keep the process busy for seconds is not begun.
  for (const opening of ['$(', '"$(', '<(', '<<a ', '$((1+', '(('])
    assert.deepEqual(shell.read(opening.repeat(9_000)).problems, ['more than 300 substitutions'])
})
