// A three-way merge of files in memory, whole files at a time: enough for what a test wants to see come together or clash.

type Files = ReadonlyMap<string, Uint8Array>

/** Conflicts are in the order of their paths. */
export function mergeFiles(
  base: Files,
  ours: Files,
  theirs: Files,
): { readonly files: Files; readonly conflicts: readonly string[] } {
  const files = new Map<string, Uint8Array>()
  const conflicts: string[] = []
  for (const path of [...new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])].toSorted()) {
    const [before, our, their] = [base.get(path), ours.get(path), theirs.get(path)]
    const clash = !isSameFile(our, their) && !isSameFile(before, our) && !isSameFile(before, their)
    if (clash) conflicts.push(path)
    const merged = clash ? bothSides(our, their) : isSameFile(before, our) ? their : our
    if (merged !== undefined) files.set(path, merged)
  }
  return { files, conflicts }
}

export function isSameFile(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0
}

/** Of a file that one side removed, what the other made of it; of what is no text, ours. */
function bothSides(ours: Uint8Array | undefined, theirs: Uint8Array | undefined): Uint8Array | undefined {
  if (ours === undefined || theirs === undefined) return ours ?? theirs
  if (ours.includes(0) || theirs.includes(0)) return ours
  return Buffer.concat([
    Buffer.from('<<<<<<< ours\n'),
    withNewline(ours),
    Buffer.from('=======\n'),
    withNewline(theirs),
    Buffer.from('>>>>>>> theirs\n'),
  ])
}

function withNewline(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 || bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from('\n')])
}
