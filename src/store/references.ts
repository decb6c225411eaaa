import postgres from 'postgres';

const foreignKeyViolation = '23503';

/** False if other rows refer to the deleted one; the transaction has then failed, as after any error. */
export async function deletingUnused(statement: PromiseLike<unknown>): Promise<boolean> {
  try {
    await statement;
    return true;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === foreignKeyViolation) return false;
    throw error;
  }
}
