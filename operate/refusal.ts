/** What a command does not do, in one sentence that says what to do instead. It ends with exit code 1. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
