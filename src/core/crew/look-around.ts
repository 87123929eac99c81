// Looks at a whole repository with one command inside the sandbox: its files, what they define, where names are used. By ripgrep where the
// sandbox has it, by find and grep where not.
import type { Sandbox } from '../ports/sandbox.ts'
import { readFacts } from '../context/repository-facts.ts'
import type { RepositoryFacts } from '../context/repository-facts.ts'

const TIMEOUT_MS = 30_000
const OUTPUT_BYTES = 8_000_000

/** How each family of languages defines names on its outermost level, up to the name: extended regular expressions, which ripgrep reads too. */
const DEFINITIONS: readonly { readonly endings: readonly string[]; readonly pattern: string }[] = [
  {
    endings: ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx', 'vue', 'svelte'],
    pattern:
      '^(export +)?(default +)?(declare +)?(abstract +)?(async +)?(function *[*]? *|class +|interface +|type +|enum +|namespace +)[A-Za-z_$][A-Za-z0-9_$]*|^export +(declare +)?(const|let|var) +(enum +)?[A-Za-z_$][A-Za-z0-9_$]*|^(module[.])?exports[.][A-Za-z_$][A-Za-z0-9_$]*',
  },
  { endings: ['py', 'pyi'], pattern: '^(async +)?(def|class) +[A-Za-z_][A-Za-z0-9_]*' },
  { endings: ['go'], pattern: '^(func +(\\([^)]{1,80}\\) +)?|type +)[A-Za-z_][A-Za-z0-9_]*' },
  {
    endings: ['rs'],
    pattern:
      '^(pub(\\([a-z: ]{1,40}\\))? +)?(async +|unsafe +|const +|extern +)*(fn|struct|enum|trait|mod|type|union|macro_rules!) +[A-Za-z_][A-Za-z0-9_]*',
  },
  {
    endings: ['java', 'kt', 'scala', 'cs', 'swift'],
    pattern:
      '^ {0,4}(public +|protected +|private +|internal +|abstract +|final +|static +|sealed +|open +|data +|case +|partial +)*(class|interface|enum|record|@interface|object|trait|struct|protocol|fun|func) +[A-Za-z_][A-Za-z0-9_]*',
  },
  { endings: ['rb', 'rake'], pattern: '^ {0,2}(class|module|def) +(self[.])?[A-Za-z_][A-Za-z0-9_]*' },
  {
    endings: ['php'],
    pattern: '^ {0,4}(abstract +|final +|readonly +)*(class|interface|trait|enum|function) +[A-Za-z_][A-Za-z0-9_]*',
  },
  {
    endings: ['c', 'h', 'cc', 'cpp', 'cxx', 'hpp', 'hh'],
    pattern:
      '^[A-Za-z_][A-Za-z0-9_ *:<>]{0,80}[ *][A-Za-z_][A-Za-z0-9_]*\\(|^(typedef +)?(struct|enum|union|class|namespace) +[A-Za-z_][A-Za-z0-9_]*|^#define +[A-Za-z_][A-Za-z0-9_]*',
  },
]
const ALL_ENDINGS = DEFINITIONS.flatMap(({ endings }) => endings)

/** Only what stands in this file becomes part of the command. What is made on the way lies in the sandbox's /tmp, and is taken away. */
const COMMAND = `
export LC_ALL=C
ulimit -v 2000000 2>/dev/null
T=$(mktemp -d /tmp/map.XXXXXX) || exit 1
trap 'rm -rf "$T"' EXIT
if command -v rg >/dev/null 2>&1; then
  look() { rg --no-config --no-messages --color never --no-heading --with-filename --null --hidden --no-require-git --no-mmap \\
    --sort path --max-filesize 500K "$@" --glob '!.git' --glob '!node_modules' . ; }
  NAMES=8000
  rg --no-config --no-messages --files --null --hidden --no-require-git --sort path --glob '!.git' --glob '!node_modules' . >"$T/files"
  defs() { look --no-line-number -o --max-count "$MOST" --type-add "wanted:*.{$1}" --type wanted -e "$2" ; }
  uses() { look --no-line-number -o -w -F --type-add "wanted:*.{$1}" --type wanted -f "$T/names" ; }
else
  look() { find . \\( -name .git -o -name node_modules -o -name .venv -o -name __pycache__ \\) -prune -o -type f -size -1000k "$@" ; }
  NAMES=1000
  look -print0 | sort -z >"$T/files"
  chosen() { tr '\\0' '\\n' <"$T/files" | grep -E "[.]($(echo "$1" | tr , '|'))$" | tr '\\n' '\\0' ; }
  defs() { chosen "$1" | xargs -0 -r grep -IHsoEZ -m "$MOST" -e "$2" -- ; }
  uses() { chosen "$1" | xargs -0 -r grep -IHsowFZ -f "$T/names" -- ; }
fi
COUNT=$(tr -cd '\\0' <"$T/files" | wc -c)
MOST=40
[ "$COUNT" -gt 1000 ] && MOST=12
[ "$COUNT" -gt 5000 ] && MOST=4
echo "$COUNT"
tr '\\n\\0' '?\\n' <"$T/files" | sed 's|^\\./||' | awk -F/ 'NF > 1 { n[$1]++ } NF > 2 { n[$1 "/" $2]++ }
  END { for (f in n) if (n[f] > 1) print n[f], f }' | sort -k1,1nr -k2 | head -n 200
printf '\\0\\0'
head -z -n 20000 "$T/files" | head -c 3000000
printf '\\0\\0'
{
${DEFINITIONS.map(({ endings, pattern }) => `defs '${endings.join(',')}' '${pattern}'`).join('\n')}
} | head -c 4000000 >"$T/defs"
cat "$T/defs"
printf '\\0\\0'
tr '\\0' '\\n' <"$T/defs" | grep -oE '[A-Za-z_$][A-Za-z0-9_$]{3,60}[ (]*$' | tr -d ' (' | sort -u | head -n "$NAMES" >"$T/names"
[ -s "$T/names" ] && uses '${ALL_ENDINGS.join(',')}' | tr '\\0' '\\t' |
  awk -F'\\t' '$1 != file { split("", seen); file = $1 } !($2 in seen) { seen[$2] = 1; n[$2]++ } END { for (w in n) print n[w], w }' |
  sort -k1,1nr -k2 | head -n 8000
true`

/** Null where the sandbox says nothing that could be read. What took too long is told as far as it got. */
export async function lookAround(sandbox: Pick<Sandbox, 'exec'>, signal: AbortSignal): Promise<RepositoryFacts | null> {
  const whole = { command: COMMAND, cwd: '.', env: {}, timeoutMs: TIMEOUT_MS, maxOutputBytes: OUTPUT_BYTES }
  const { stdout } = await sandbox.exec(whole, signal)
  const facts = readFacts(stdout)
  return facts.files.length === 0 ? null : facts
}
