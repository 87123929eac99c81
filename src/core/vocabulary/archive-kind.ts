// Which files are archives that a task can start from.

export type ArchiveKind = 'zip' | 'tar'

/** By its name; null where it is no archive that a task can start from. Pure. */
export function archiveKind(name: string): ArchiveKind | null {
  if (/\.zip$/i.test(name)) return 'zip'
  return /\.(?:tar|tar\.gz|tgz)$/i.test(name) ? 'tar' : null
}
