/** Waits until everything has arrived where it belongs; rejects when it still has not. */
export async function untilQuiet(stack: { isQuiet(): Promise<boolean> }, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await stack.isQuiet())) {
    if (Date.now() > deadline) throw new Error(`Still not quiet after ${seconds} seconds.`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
