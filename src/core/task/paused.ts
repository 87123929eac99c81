// Work that stops for now because a person has to say something first: thrown in it, it is no failure of the step that it leaves.

export class Paused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Paused'
  }
}
