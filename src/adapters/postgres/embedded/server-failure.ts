// What a server that did not come up wrote in its log, as one sentence that says what to do.

type Known = { readonly pattern: RegExp; readonly sentence: (dataDir: string) => string }

const KNOWN: readonly Known[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    sentence: (dir) => `The disk is full, so the database in ${dir} can't start: free some space and start again.`,
  },
  {
    pattern: /database files are incompatible with server|was initialized by PostgreSQL version/i,
    sentence: (dir) =>
      `The database in ${dir} was made by another version of PostgreSQL: start it with the release that made it, or restore a backup.`,
  },
  {
    pattern: /Permission denied|has wrong ownership|has invalid permissions/i,
    sentence: (dir) => `The database in ${dir} belongs to another user: start as that user, or set another DATA_DIR.`,
  },
  {
    pattern: /could not (?:create|resize) shared memory|could not map anonymous shared memory|out of memory/i,
    sentence: () => 'There is too little memory for the database: free some, or set DATABASE_URL.',
  },
  {
    pattern:
      /PANIC:|is not a valid data directory|could not locate a valid checkpoint|invalid (?:page|checkpoint|primary)|incorrect checksum|could not (?:open|read|access) (?:file|control file|directory|the server configuration file)|cannot be run|corrupt/i,
    sentence: (dir) => `The database in ${dir} is damaged: restore a backup, or move the folder away to begin anew.`,
  },
]

/** `log` is what the server wrote during this start. */
export function serverFailure(log: string, dataDir: string): Error {
  const said = firstComplaint(log)
  const known = KNOWN.find(({ pattern }) => pattern.test(log))
  if (known !== undefined)
    return new Error(`${known.sentence(dataDir)}${said === null ? '' : ` (PostgreSQL: ${said})`}`)
  return new Error(`The database in ${dataDir} did not start: ${said ?? 'it said nothing'}`)
}

function firstComplaint(log: string): string | null {
  const line = /^.*?(?:FATAL|PANIC|ERROR|initdb: error|error while loading shared libraries|postgres):\s*(.+)$/m.exec(
    log,
  )
  if (line !== null) return line[1] ?? null
  return log.trim().split('\n').at(-1) || null
}

/** Another process is starting the same server, or the former one is not quite gone: looking again is enough. */
export function isPassing(log: string): boolean {
  return /lock file ".*" already exists|pre-existing shared memory block/i.test(log)
}
