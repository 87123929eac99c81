// What is done to a workspace's files, as shell scripts that run whole in one short-lived sandbox. File names are only
// ever passed NUL-separated: they may hold anything. Git gets plumbing commands and its settings from us alone.

/** Never recorded, never removed by a reset: a repository of the agent's own, dependencies and caches. */
const LEFT_ALONE =
  '.git node_modules .venv venv __pycache__ .cache .pytest_cache .mypy_cache .ruff_cache .tox .nox .gradle .npm .pnpm-store .parcel-cache .turbo'
export const PRUNE = `\\( ${LEFT_ALONE.split(' ')
  .map((name) => `-name ${name}`)
  .join(' -o ')} \\) -prune`
// The system takes no path of 4,096 bytes or more, so that what lies deeper has no name that git could be told.
const DEEPEST_FOLDER = 3_800
const TOO_DEEP = `-type d -path '${'?'.repeat(DEEPEST_FOLDER)}*'`
// Whoever owns a file may take the owner's own permissions away from it; they are given back rather than worked around.
const READABLE =
  '-type d ! -perm -700 -exec chmod u+rwx {} \\; -false -o -type f ! -perm -600 -exec chmod u+rw {} \\; -false'

export const START = `
set -eu
export LC_ALL=C GIT_DIR=/history GIT_WORK_TREE=/workspace GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/tmp
export GIT_AUTHOR_NAME=Factotum GIT_AUTHOR_EMAIL=factotum@localhost GIT_COMMITTER_NAME=Factotum
export GIT_COMMITTER_EMAIL=factotum@localhost GIT_TERMINAL_PROMPT=0 GIT_NO_REPLACE_OBJECTS=1
export GIT_ATTR_NOSYSTEM=1
# A branch's history goes on from those of others.
for other in /other-*; do
  if [ -d "$other" ]; then export GIT_ALTERNATE_OBJECT_DIRECTORIES="\${GIT_ALTERNATE_OBJECT_DIRECTORIES:+$GIT_ALTERNATE_OBJECT_DIRECTORIES:}$other"; fi
done
umask 022
T=/tmp
cd /workspace
# Left by an operation that was cut off; no other one runs now.
rm -f /history/index.lock
`

/** `last` holds the commit that the files were last known to equal, and its tree. */
export const REMEMBER = `
remember() {
  echo "$1" >/history/refs/heads/main
  echo "$1 $2" >/history/last.new
  mv -f /history/last.new /history/last
}
`

// Removals apart from additions: a folder in the place of a file must not be taken for a repository within this one.
const RECORD = `
find . -mindepth 1 ${PRUNE} -o ${TOO_DEEP} -prune -o ${READABLE} -o \\( -type f -o -type l \\) -printf '%P\\0' | sort -z >"$T/here"
git ls-files -z >"$T/listed" 2>/dev/null || { rm -f /history/index; : >"$T/listed"; }
sort -z "$T/listed" >"$T/known"
comm -z -23 "$T/known" "$T/here" >"$T/gone"
if [ -s "$T/gone" ]; then git update-index -z --force-remove --stdin <"$T/gone"; fi
git update-index -z --add --remove --replace --stdin <"$T/here" 2>"$T/complaints" || { cat "$T/complaints" >&2; exit 1; }
tree=$(git write-tree)
last= known=
if [ -e /history/last ]; then read -r last known </history/last; fi
if [ "$tree" != "$known" ]; then
  last=$(git commit-tree "$tree" \${last:+-p "$last"} -m "$MESSAGE")
  remember "$last" "$tree"
fi
echo "$last"
`

export const RESTORE = `
tree=$(git rev-parse --verify -q "$COMMIT^{tree}") || exit 3
find . -mindepth 1 ${PRUNE} -o ${TOO_DEEP} -prune -execdir rm -rf -- {} \\; -o ${READABLE} -o ! -type d -printf '%P\\0' | sort -z >"$T/here"
git ls-tree -r -z --name-only "$tree" | sort -z >"$T/wanted"
comm -z -23 "$T/here" "$T/wanted" | xargs -0 -r rm -f --
git read-tree -m "$tree" 2>/dev/null || { rm -f /history/index; git read-tree "$tree"; }
git checkout-index -f -a -u -q
find . -mindepth 1 ${PRUNE} -o -type d -printf '%P\\0' | sort -z -r | xargs -0 -r rmdir --ignore-fail-on-non-empty --
remember "$COMMIT" "$tree"
`

/** MESSAGE -> the commit on stdout. */
export const SNAPSHOT = START + REMEMBER + RECORD

/** COMMIT. Exit code 3 when there is no such commit. */
export const RESET = START + REMEMBER + RESTORE

/** An empty history, which the branches of the task may read. */
export const EMPTY_HISTORY = `
set -eu
umask 022
mkdir -p /history/objects/info /history/objects/pack /history/refs/heads
echo 'ref: refs/heads/main' >/history/HEAD
`

/** Makes an empty history, then takes the first snapshot. MESSAGE -> the commit. */
export const BEGIN = `${EMPTY_HISTORY}
${START}${REMEMBER}${RECORD}`

/** Takes over the history in /origin. COMMIT, or empty for the newest -> the commit. Exit code 3 when there is none. */
export const CONTINUE = `${EMPTY_HISTORY}
cp -R /origin/objects/. /history/objects/
if [ -z "$COMMIT" ]; then read -r COMMIT ignored </origin/last || exit 3; fi
${START}${REMEMBER}${RESTORE}
echo "$COMMIT"
`

/** FROM, TO, MAX_BYTES -> the length of the list, a newline, the list (raw and numstat, NUL-separated), the patch. */
export const DIFF = `${START}
set -- -r --no-renames --no-ext-diff --no-textconv --no-color "$FROM" "$TO"
git diff-tree -z --raw --numstat "$@" >"$T/list" || exit 3
wc -c <"$T/list"
cat "$T/list"
git diff-tree -p "$@" | head -c "$((MAX_BYTES + 1))"
`

/** FROM, TO, MAX_BYTES -> the patch with every byte, one more than MAX_BYTES at most. */
export const PATCH = `${START}
git rev-parse --verify -q "$FROM^{tree}" >/dev/null && git rev-parse --verify -q "$TO^{tree}" >/dev/null || exit 3
git diff-tree -r -p --binary --full-index --no-renames --no-ext-diff --no-textconv --no-color "$FROM" "$TO" |
  head -c "$((MAX_BYTES + 1))"
`

/** FROM, TO, FILE_BYTES, TOTAL_BYTES -> the length of the list, a newline, the raw list (NUL-separated), the contents as `git cat-file --batch` gives them. */
export const CHANGED = `${START}
git diff-tree -r -z --raw --no-renames "$FROM" "$TO" >"$T/list" || exit 3
wc -c <"$T/list"
cat "$T/list"
tr '\\0' '\\n' <"$T/list" | grep -a '^:' | cut -d ' ' -f 3,4 | tr ' ' '\\n' | grep -aE '^[0-9a-f]{40}$' | grep -av '^0*$' | sort -u >"$T/names" || true
total=0
git cat-file --batch-check='%(objectname) %(objecttype) %(objectsize)' <"$T/names" | while read -r name type size; do
  [ "$type" = blob ] && [ "$size" -le "$FILE_BYTES" ] || continue
  total=$((total + size))
  [ "$total" -le "$TOTAL_BYTES" ] || continue
  echo "$name"
done | git cat-file --batch
`

/** LIMIT. Copies /source to /workspace with links as links, without files of secrets (see Workspaces.prepare). Exit code 4, with the size on stdout, when it is too large. */
export const COPY_IN = `
set -eu
size=$(du -sx --block-size=1 /source | cut -f 1)
if [ "$size" -gt "$LIMIT" ]; then echo "$size"; exit 4; fi
cp -R -d --preserve=mode,timestamps,links /source/. /workspace/
if [ -n "$HIDDEN" ]; then rm -rf "/workspace/$HIDDEN"; fi
find /workspace ! -type f ! -type d ! -type l -delete
find /workspace -name node_modules -prune -o ! -type d '(' -name .env -o -name '.env.*' -o -name .netrc ')' ! -name '*.example' ! -name '*.sample' ! -name '*.template' -exec rm -f {} +
find /workspace ! -type l -perm /6000 -exec chmod ug-s {} +
if [ -n "$OWNER" ]; then chown -hR "$OWNER" /workspace; fi
`

/** OWNER. Copies /workspace to /target. Exit code 5 when that is not empty. */
export const COPY_OUT = `
set -eu
T=/tmp
if [ -n "$(ls -A /target)" ]; then exit 5; fi
cd /workspace
find . -mindepth 1 ${READABLE} -o -true
# No pipe, socket or device leaves the sandbox, and no program that runs as somebody else.
find . -mindepth 1 ! -type f ! -type d ! -type l -printf '%P\\0' >"$T/special"
cp -R -d --preserve=mode,timestamps,links ./. /target/
cd /target
xargs -0 -r rm -f -- <"$T/special"
find . ! -type l -perm /6000 -exec chmod ug-s {} +
if [ -n "$OWNER" ]; then chown -hR "$OWNER" /target; fi
`

/** Everything below /workspace, history and dependencies too: names, permissions, links and contents -> SHA-256. */
export const FINGERPRINT = `
set -eu
export LC_ALL=C
cd /workspace
# As recording does it, before or after: permissions are to be the same either way.
find . -mindepth 1 ${READABLE} -o -true
{
  find . -mindepth 1 -type d -printf 'd %m %P\\0' | sort -z
  find . -mindepth 1 -type l -printf 'l %P//%l\\0' | sort -z
  find . -mindepth 1 -type f -printf 'f %m %P\\0' | sort -z
  find . -mindepth 1 -type f -print0 | sort -z | xargs -0 -r sha256sum -z --
} | sha256sum | cut -c 1-64
`

/** Removes everything of a task, or of a branch. */
export const REMOVE = `
rm -rf /task/files /task/history.git /task/branches 2>/dev/null || { chmod -R u+rwX /task; rm -rf /task/files /task/history.git /task/branches; }
rm -f /task/sandbox.json /task/sandbox.json.*
`

/** The settings and attributes that are mounted over a history's own. */
export const GIT_CONFIG = `[core]
	repositoryformatversion = 0
	bare = false
	fileMode = true
	symlinks = true
	ignoreCase = false
	autocrlf = false
	safecrlf = false
	quotePath = false
	protectNTFS = false
	protectHFS = false
	hooksPath = /dev/null
	attributesFile = /dev/null
	excludesFile = /dev/null
	fsmonitor = false
	untrackedCache = false
	logAllRefUpdates = false
	fsync = objects,index,reference
	fsyncMethod = batch
[gc]
	auto = 0
[maintenance]
	auto = false
[commit]
	gpgSign = false
`
// What a .gitattributes in the workspace says about these is overruled: bytes go in and come out as they are.
export const GIT_ATTRIBUTES =
  '* -text -ident -filter -working-tree-encoding !eol !diff !merge !conflict-marker-size -export-subst\n'
