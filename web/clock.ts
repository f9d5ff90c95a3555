/** The browser's wall clock; everything else takes its time from here or from the server. */
export const now = (): Date => new Date();
