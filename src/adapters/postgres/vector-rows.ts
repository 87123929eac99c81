// Many vectors of one length, packed: by digest, each once, counted by who needs it.

export type VectorRows = {
  readonly dimensions: number
  /** The row of a digest; below 0 where there is none. */
  readonly find: (digest: string) => number
  /** As PostgreSQL's array_send gives it. Of another length: left out. Made a unit vector, so that a product is a cosine. */
  readonly add: (digest: string, sent: Uint8Array) => void
  readonly hold: (rows: Int32Array) => void
  /** Rows that nobody holds any more are taken by others. */
  readonly release: (rows: Int32Array) => void
  readonly dot: (row: number, vector: Float32Array) => number
  readonly size: () => number
}

const BLOCK_ROWS = 4_096
/** Dimensions, a flag, the type of the elements, and the length and lower bound of the one dimension; then 4 bytes of length and 4 of value each. */
const HEADER = 20
const LENGTH_AT = 12
const ELEMENT = 8

export function createVectorRows(dimensions: number): VectorRows {
  const blocks: Float32Array[] = []
  const byDigest = new Map<string, number>()
  const digests: string[] = []
  const holders: number[] = []
  const free: number[] = []
  return {
    dimensions,
    find: (digest) => byDigest.get(digest) ?? -1,
    add: (digest, sent) => {
      const bytes = new DataView(sent.buffer, sent.byteOffset, sent.byteLength)
      if (sent.byteLength < HEADER || bytes.getInt32(LENGTH_AT) !== dimensions || byDigest.has(digest)) return
      const row = free.pop() ?? digests.length
      const block = (blocks[Math.floor(row / BLOCK_ROWS)] ??= new Float32Array(BLOCK_ROWS * dimensions))
      const start = (row % BLOCK_ROWS) * dimensions
      for (let index = 0; index < dimensions; index += 1)
        block[start + index] = bytes.getFloat32(HEADER + index * ELEMENT + 4)
      toUnit(block.subarray(start, start + dimensions))
      byDigest.set(digest, row)
      digests[row] = digest
      holders[row] = 0
    },
    hold: (rows) => {
      for (const row of rows) holders[row] = (holders[row] ?? 0) + 1
    },
    release: (rows) => {
      for (const row of rows) {
        holders[row] = (holders[row] ?? 1) - 1
        if (holders[row] > 0) continue
        byDigest.delete(digests[row] ?? '')
        free.push(row)
      }
    },
    dot: (row, vector) => {
      const block = blocks[Math.floor(row / BLOCK_ROWS)]
      if (block === undefined) return 0
      return product(block, (row % BLOCK_ROWS) * dimensions, vector)
    },
    size: () => byDigest.size,
  }
}

/** Of length 1, in place; a vector without length stays as it is. */
export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(product(vector, 0, vector))
  if (length > 0) for (let index = 0; index < vector.length; index += 1) vector[index] = (vector[index] ?? 0) / length
  return vector
}

/** Four sums side by side: the additions don't wait for each other. */
function product(block: Float32Array, start: number, vector: Float32Array): number {
  let [one, two, three, four] = [0, 0, 0, 0]
  const whole = vector.length - (vector.length % 4)
  for (let index = 0; index < whole; index += 4) {
    const at = start + index
    one += block[at]! * vector[index]!
    two += block[at + 1]! * vector[index + 1]!
    three += block[at + 2]! * vector[index + 2]!
    four += block[at + 3]! * vector[index + 3]!
  }
  for (let index = whole; index < vector.length; index += 1) one += block[start + index]! * vector[index]!
  return one + two + three + four
}
