// What is done to the files of branches, as shell scripts that run whole in one short-lived sandbox.
import { EMPTY_HISTORY, PRUNE, REMEMBER, RESTORE, START } from './workspace-scripts.ts'

const NAMES = '-name node_modules -o -name .venv -o -name venv'
/** What no snapshot has and a branch still needs: dependencies, and a repository of the agent's own. */
const ALONG = `-type d \\( ${NAMES} -o -name .git \\)`
const DEPENDENCIES = `-type d \\( ${NAMES} \\)`

const MERGES_FROM_MINOR = 38

/** Exit code 7 where git can't merge without a working tree, with its version on stdout. */
export const CAN_MERGE = `
set -eu
version=$(git version)
version=\${version#git version }
echo "$version"
major=\${version%%.*}
rest=\${version#*.}
minor=\${rest%%.*}
if [ "$major" -lt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -lt ${MERGES_FROM_MINOR} ]; }; then exit 7; fi
`

/** What may be too large says so with exit code 4, and the size on stdout. */
const WITHIN_LIMIT = `
size=$(du -sx --block-size=1 /workspace | cut -f 1)
if [ "$size" -gt "$LIMIT" ]; then echo "$size"; exit 4; fi
`

/** COMMIT, LIMIT -> the commit. `begun` holds what the branch began with. Exit code 3 when there is no such commit, 4 when it is too large. */
export const BRANCH = `${EMPTY_HISTORY}${START}${REMEMBER}${RESTORE}${WITHIN_LIMIT}
echo "$COMMIT" >/history/begun
echo "$COMMIT"
`

/** No pipe, socket or device comes along, and no program that runs as somebody else. What can't be read stays behind. */
const COPY = `
copy() {
  cp -R -d --preserve=mode,timestamps,links --reflink=auto -- "$1" "$2" 2>/dev/null || true
}
clean() {
  find "$1" ! -type f ! -type d ! -type l -delete
  find "$1" ! -type l -perm /6000 -exec chmod ug-s {} +
  if [ -n "$OWNER" ]; then chown -hR "$OWNER" "$1"; fi
}
`

/** LIMIT, OWNER. Copies the dependency folders of /source to where they belong in /workspace. Exit code 4 when that makes it too large. */
export const BRING_ALONG = `
set -eu
cd /source
find . -mindepth 1 ${ALONG} -printf '%P\\0' -prune -o ${PRUNE} | xargs -0 -r -n 1 sh -c '${COPY.replaceAll("'", "'\\''")}
into=/workspace/$1
if [ ! -d "\${into%/*}" ] || [ -e "$into" ] || [ -L "$into" ]; then exit 0; fi
copy "/source/$1" "$into"
clean "$into"
' sh
${WITHIN_LIMIT}`

/** Writes down in /history/lists the folders in which the branch changed a list of dependencies, each with a slash behind. */
export const CHANGED_LISTS = `${START}
read -r begun </history/begun
read -r tip ignored </history/last
git diff-tree -r -z --no-renames --name-only "$begun" "$tip" |
  sed -z -n -E 's#^(|.*/)(package(-lock)?\\.json|npm-shrinkwrap\\.json|pnpm-lock\\.yaml|yarn\\.lock|requirements[^/]*\\.txt|pyproject\\.toml|setup\\.(py|cfg)|poetry\\.lock|uv\\.lock|Pipfile(\\.lock)?)$#\\1#p' |
  sort -z -u >/history/lists
`

/** LIMIT, OWNER. Brings dependency folders of /source into /workspace (see Worktrees.takeDependencies) -> their paths, NUL-separated. */
export const TAKE = `
set -eu
export LC_ALL=C
cd /source
find . -mindepth 1 ${DEPENDENCIES} -printf '%P\\0' -prune -o ${PRUNE} | sort -z | xargs -0 -r -n 1 sh -c '${COPY.replaceAll("'", "'\\''")}
into=/workspace/$1
name=\${1##*/}
if [ ! -d "\${into%/*}" ]; then exit 0; fi
if [ ! -d "$into" ] || [ -L "$into" ]; then
  rm -f -- "$into"
  copy "/source/$1" "$into"
elif grep -z -q -x -F -e "\${1%"$name"}" /lists; then
  cp -R -d --preserve=mode,timestamps,links --reflink=auto --remove-destination -- "/source/$1/." "$into/" 2>/dev/null || {
    rm -rf -- "$into"
    copy "/source/$1" "$into"
  }
else
  exit 0
fi
clean "$into"
printf "%s\\0" "$1"
' sh >/tmp/taken
${WITHIN_LIMIT}
cat /tmp/taken
`

/** OURS, THEIRS, MESSAGE, LIMIT -> the commit, then each file that needs a decision, NUL behind each. Exit codes as above. */
export const MERGE = `${START}${REMEMBER}
for one in "$OURS" "$THEIRS"; do git rev-parse -q --verify "$one^{commit}" >/dev/null || exit 3; done
# Whole or not at all: what a cut-off copy of single objects leaves behind would look like the objects.
printf '%s\\n^%s\\n' "$THEIRS" "$OURS" | git pack-objects --revs --non-empty -q /history/objects/pack/pack >/dev/null
unset GIT_ALTERNATE_OBJECT_DIRECTORIES
: >"$T/conflicts"
if git merge-base --is-ancestor "$THEIRS" "$OURS"; then
  COMMIT=$OURS
else
  echo "$OURS" >/history/refs/heads/ours
  echo "$THEIRS" >/history/refs/heads/theirs
  code=0
  git merge-tree --write-tree -z --name-only --no-messages ours theirs >"$T/merged" || code=$?
  if [ "$code" -gt 1 ]; then exit 1; fi
  merged=$(head -c 40 "$T/merged")
  tail -c +42 "$T/merged" | sort -z -u >"$T/conflicts"
  COMMIT=$(git commit-tree "$merged" -p "$OURS" -p "$THEIRS" -m "$MESSAGE")
fi
${RESTORE}${WITHIN_LIMIT}
printf '%s\\0' "$COMMIT"
cat "$T/conflicts"
`

/** FROM, TO -> the length of the first list, a newline, the commits as \`git cat-file --batch\` gives them, then what each changed as \`git diff-tree --stdin -z\` does. */
export const COMMITS = `${START}
git rev-list --topo-order --reverse "$FROM..$TO" >"$T/commits" || exit 3
git cat-file --batch <"$T/commits" >"$T/messages"
wc -c <"$T/messages"
cat "$T/messages"
git diff-tree --stdin --always --root -r -c -z --no-renames --name-only <"$T/commits"
`

/** COMMIT, FILE, MAX_BYTES -> the bytes. Exit code 6 where there is no such file, or a larger one. */
export const READ_AT = `${START}
object=$(git rev-parse -q --verify "$COMMIT:$FILE") || exit 6
if [ "$(git cat-file -t "$object")" != blob ]; then exit 6; fi
if [ "$(git cat-file -s "$object")" -gt "$MAX_BYTES" ]; then exit 6; fi
git cat-file blob "$object"
`
