// The tool that finds text in files: ripgrep where the sandbox has it, grep where not.
import { z } from 'zod'
import { outputOf } from '../../quality/plain-output.ts'
import { defineTool, refused } from './tool.ts'

const OUTPUT_BYTES = 30_000
const MOST_MS = 30_000
const MOST_CONTEXT = 5

/**
 * What is searched for comes in as variables, so it can't become part of the command. Neither a pattern that grows without end nor a
 * huge file takes more than the memory, time and lines that are set here. A glob without a folder is one of ripgrep's types, because its
 * globs would bring back what .gitignore leaves out.
 */
const COMMAND = `
ulimit -v 2000000 2>/dev/null
set --
[ "$AROUND" != 0 ] && set -- -C "$AROUND"
[ -n "$ANYCASE" ] && set -- "$@" -i
if command -v rg >/dev/null 2>&1; then
  case "$GLOB" in
    '') ;;
    '!'* | */*) set -- "$@" --glob "$GLOB" ;;
    *) set -- "$@" --type-add "wanted:$GLOB" --type wanted ;;
  esac
  rg --no-config --color never --no-heading --line-number --with-filename --hidden --no-require-git --no-mmap \\
    --sort path --max-count 20 --max-columns 300 --max-columns-preview --max-filesize 5M --regex-size-limit 20M --dfa-size-limit 20M \\
    "$@" --glob '!.git' --glob '!node_modules' -e "$PATTERN" -- "$WHERE"
else
  case "$GLOB" in
    '') ;;
    '!'*) GLOB=\${GLOB#!}; set -- "$@" --exclude="\${GLOB##*/}" ;;
    *) set -- "$@" --include="\${GLOB##*/}" ;;
  esac
  grep -rIHnE -m 20 "$@" --exclude-dir=.git --exclude-dir=node_modules -e "$PATTERN" -- "$WHERE" | cut -c1-300
fi | sed 's|^\\./||' | head -n 200`

export const searchTool = defineTool(
  'search',
  'Searches the files for a regular expression and prints file:line:text, without what .gitignore leaves out.',
  z.object({
    pattern: z.string().min(1).max(500),
    path: z.string().max(1_000).default('.'),
    glob: z.string().max(200).default('').describe('e.g. *.ts'),
    ignore_case: z.boolean().default(false),
    context: z.number().int().min(0).max(MOST_CONTEXT).default(0).describe('Lines around'),
  }),
  async (input, { sandbox, signal, limits }) => {
    const env = {
      PATTERN: input.pattern,
      WHERE: input.path,
      GLOB: input.glob,
      ANYCASE: input.ignore_case ? 'yes' : '',
      AROUND: String(input.context),
    }
    const timeoutMs = Math.min(limits.commandMs, MOST_MS)
    const wanted = { command: COMMAND, cwd: '.', env, timeoutMs, maxOutputBytes: OUTPUT_BYTES }
    const result = await sandbox.exec(wanted, signal)
    if (result.stdout !== '')
      return { ok: true, output: outputOf({ stdout: result.stdout, stderr: '' }), touched: false }
    if (result.timedOut) return refused('The search took too long: narrow the path.')
    if (result.stderr !== '') return refused(outputOf({ stdout: '', stderr: result.stderr }))
    return { ok: true, output: 'Nothing found.', touched: false }
  },
)
