/** Runs a script's main function: what a user must mend is one clear line, not a stack. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.error(process.env.DEBUG ? error : `${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
